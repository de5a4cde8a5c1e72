"""A time is kept only where the answers agree."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks import measure
from benchmarks.answers import Answer
from benchmarks.cases import CASES, Case, Plan
from benchmarks.data import PLAIN, Export
from benchmarks.measure import FAILED, MEASURED, SKIPPED, WRONG, CaseError, Run

EXPORT = Export(Path("shop.csv"), PLAIN, 2_000)
FEATURES = Plan(PLAIN, 2_000, tuple(case for case in CASES if case.group == "customers" and not case.needs))
SUMMARIES = Plan(PLAIN, 2_000, tuple(case for case in CASES if case.name in {"scan", "scan_all"}))


def _quiet(_: str) -> None:
    """Tell nobody."""


@pytest.fixture
def answering(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Put answers in the place of runs: one by case, the rest have 5 orders; a CaseError is raised."""

    def put(**answers: list[Answer | CaseError]) -> None:
        def run_case(case: Case, _: Path) -> tuple[Run, Answer]:
            given = answers.get(case.name, [])
            answer = given.pop(0) if len(given) > 1 else given[0] if given else {"orders": 5}
            if isinstance(answer, CaseError):
                raise answer
            return Run(1.0, 1.0, 100.0, {}), answer

        monkeypatch.setattr(measure, "run_case", run_case)

    return put


def test_the_warm_up_is_not_counted(answering: Callable[..., None]) -> None:
    answering()

    outcomes = measure.measure(FEATURES, EXPORT, 2, _quiet)

    assert {(each.status, len(each.runs)) for each in outcomes} == {(MEASURED, 2)}


def test_a_peer_with_a_wrong_answer_gets_no_time(answering: Callable[..., None]) -> None:
    answering(features_polars=[{"orders": 6}])

    outcomes = {each.case.name: each for each in measure.measure(FEATURES, EXPORT, 1, _quiet)}

    wrong = outcomes.pop("features_polars")
    assert (wrong.status, wrong.runs, wrong.median("wall_seconds")) == (WRONG, [], None)
    assert "orders: 6 and 5" in wrong.reason
    assert {each.status for each in outcomes.values()} == {MEASURED}


def test_the_engine_itself_gets_no_time_for_a_wrong_answer(answering: Callable[..., None]) -> None:
    answering(features=[{"orders": 6}])

    outcomes = {each.case.name: each.status for each in measure.measure(FEATURES, EXPORT, 1, _quiet)}

    assert outcomes.pop("features") == WRONG
    assert set(outcomes.values()) == {MEASURED}


def test_where_two_differ_neither_gets_a_time(answering: Callable[..., None]) -> None:
    answering(scan=[{"orders": 6}])

    outcomes = measure.measure(SUMMARIES, EXPORT, 1, _quiet)

    assert [each.status for each in outcomes] == [WRONG, WRONG]


def test_runs_that_differ_among_themselves_give_no_time(answering: Callable[..., None]) -> None:
    answering(features=[{"orders": 5}, {"orders": 5}, {"orders": 6}])

    outcomes = {each.case.name: each for each in measure.measure(FEATURES, EXPORT, 2, _quiet)}

    assert outcomes["features"].reason == "its own runs disagree: orders: 5 and 6"


def test_a_case_that_dies_is_recorded_and_the_others_go_on(answering: Callable[..., None]) -> None:
    answering(features=[{"orders": 5}, CaseError("killed")])

    outcomes = {each.case.name: each for each in measure.measure(FEATURES, EXPORT, 2, _quiet)}

    failed = outcomes.pop("features")
    assert (failed.status, failed.reason, failed.runs) == (FAILED, "killed", [])
    assert {each.status for each in outcomes.values()} == {MEASURED}


def test_peers_are_not_run_on_the_largest_export(answering: Callable[..., None]) -> None:
    answering()
    plan = Plan(PLAIN, 100_000_000, FEATURES.cases)

    outcomes = {each.case.name: each for each in measure.measure(plan, EXPORT, 1, _quiet)}

    assert outcomes["features"].status == MEASURED
    assert outcomes["features_polars"].status == SKIPPED
    assert "20,000,000" in outcomes["features_polars"].reason


def test_the_reason_of_a_failure_holds_no_path(tmp_path: Path) -> None:
    scan = next(case for case in CASES if case.name == "scan")

    with pytest.raises(CaseError, match=r"missing\.csv") as failure:
        measure.run_case(scan, tmp_path / "missing.csv")

    assert str(tmp_path) not in str(failure.value)
    assert list(tmp_path.iterdir()) == []
