"""The kept corpus, and inputs made of it, in a number that a test has time for; `make fuzz` feeds far more."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fuzz.inputs import CORPUS, inputs
from tests.fuzz.targets import TARGETS, fed


@pytest.mark.parametrize("path", sorted(CORPUS.rglob("*.*")), ids=lambda path: f"{path.parent.name}/{path.name}")
def test_the_kept_inputs_are_taken_or_refused(path: Path, tmp_path: Path) -> None:
    taken = fed(TARGETS[path.parent.name], path.read_bytes(), tmp_path)

    assert taken or not path.name.startswith("sound")


@pytest.mark.parametrize(("name", "count"), [("intake", 120), ("model", 400), ("configuration", 400)])
def test_inputs_made_of_them_are_taken_or_refused(name: str, count: int, tmp_path: Path) -> None:
    outcomes = {fed(TARGETS[name], content, tmp_path) for content in inputs(name, count, seed=2)}

    assert outcomes == {True, False}
