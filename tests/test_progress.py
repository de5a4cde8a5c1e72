from __future__ import annotations

import re
from threading import Event, Thread

import pytest

from engine.progress import Progress, Tally
from engine.stages import Stages


def test_units_are_counted_from_many_threads() -> None:
    tally = Tally()

    def count() -> None:
        for _ in range(10_000):
            tally(3)

    threads = [Thread(target=count) for _ in range(8)]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert tally.done == 240_000


@pytest.mark.parametrize(
    ("progress", "words"),
    [
        (Progress(12_300_000, 27_000_000, "lines", 4.1e6), "46%, 12.3 of 27.0 M lines, 4.1 M lines/s, 4 s left"),
        (Progress(5_000, 1_000_000, "lines", 100), "0%, 0.0 of 1.0 M lines, 100 lines/s, 2 h 45 min left"),
        (Progress(20_000, 120_000, "lines", 50_000), "17%, 20,000 of 120,000 lines, 50,000 lines/s, 2 s left"),
        (Progress(3, 16, "shards", 0.2), "19%, 3 of 16 shards, 1 min 5 s left"),
        (Progress(3, 16, "shards", 0), "19%, 3 of 16 shards"),
        (Progress(40, 30, "lines", 20), "99%, 40 of 40 lines, 20 lines/s, 0 s left"),  # the total was an estimate
    ],
)
def test_progress_is_put_into_words(progress: Progress, words: str) -> None:
    assert str(progress) == words
    assert len(words) < 70


def test_a_long_stage_is_watched_from_its_first_unit_on() -> None:
    seen: list[Progress] = []
    looked = Event()

    def watch(progress: Progress) -> None:
        seen.append(progress)
        looked.set()

    stages = Stages(watch=watch)
    with stages.stage("intake", total=100, unit="lines") as tick:
        tick(40)
        assert looked.wait(timeout=30)
    watched = len(seen)

    assert (seen[0].done, seen[0].total, seen[0].unit) == (40, 100, "lines")
    assert seen[0].rate > 0
    assert list(stages.seconds) == ["intake"]
    assert len(seen) == watched


def test_a_stage_that_nobody_watches_still_counts() -> None:
    told: list[str] = []
    stages = Stages(told.append)

    with stages.stage("intake", "Reading", total=10, unit="lines") as tick:
        tick(4)
    with pytest.raises(ZeroDivisionError), stages.stage("features"):
        _ = 1 / 0

    assert tick.done == 4
    assert told == ["Reading"]
    assert list(stages.seconds) == ["intake", "features"]
    assert stages.total() >= stages.seconds["intake"]
    assert re.fullmatch(r"\d+\.\d+", str(stages.processor()))
