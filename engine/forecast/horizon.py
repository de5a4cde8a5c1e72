"""The horizon of the forecast and the cut-offs at which it is tried, chosen from the history that there is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta

USUAL = (30, 60, 90, 180, 365)
SHORT = (14, 7)
"""Horizons for histories that are too short for the usual ones."""
PARTS = 4
"""A horizon chosen here is a quarter of the history at most: known before, learnt from, tried on, and one to spare."""
LEAST_PARTS = 3
"""A horizon that the user names is a third at most: known before, learnt from, tried on."""
MOST_TESTS = 6
"""Cut-offs that the forecast is tried at, at most."""
MOST_TESTED = 60_000
"""Customers that it is tried on, of all cut-offs together: with many customers fewer cut-offs do."""
TRAINED_ON = 20_000
"""Customers that the boosting is fitted to: of older windows as well, where the newest has fewer."""
MOST_WINDOWS = 3
"""Windows that it is fitted to at most."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The days that are foretold, and the cut-offs, the newest first, each a horizon before the last."""

    horizon: int
    chosen_by: str
    """data, or given by the user."""
    cutoffs: tuple[datetime, ...]
    """Of the windows that models learn from and are tried on: the first are tried, the last only learnt from."""
    tests: int
    """How many are tried."""


def usual_horizon(median_gap: float | None, history: int) -> int | None:
    """Choose the horizon: the shortest usual one within which half of the repeat purchases come, if the history allows.

    `median_gap` is the median of the days between purchases, `history` the days that the data holds. None where the
    history is too short for any.
    """
    fitting = [each for each in USUAL if each * PARTS <= history]
    if not fitting:
        return next((each for each in SHORT if each * PARTS <= history), None)
    return next((each for each in fitting if median_gap is None or each >= median_gap), fitting[-1])


def cutoffs_of(first: datetime, last: datetime, horizon: int, customers: int) -> tuple[list[datetime], int]:
    """Return the cut-offs, the newest first, and how many of them the forecast is tried at.

    The newest lies a horizon before the midnight after the last line, the oldest a horizon after the first at least.
    """
    end, begin = _midnight_after(last), datetime.combine(first.date(), time())
    tests = max(1, min(MOST_TESTS, MOST_TESTED // max(customers, 1)))
    learnt = max(1, min(MOST_WINDOWS, TRAINED_ON // max(customers, 1)))
    found: list[datetime] = []
    while len(found) < tests + learnt and end - begin >= timedelta(days=2 * horizon):
        end -= timedelta(days=horizon)
        found.append(end)
    return found, min(tests, len(found) - 1)


def history_days(first: datetime, last: datetime) -> int:
    """Return the days that the data covers, the first and the last included."""
    return (last.date() - first.date()).days + 1


def _midnight_after(last: datetime) -> datetime:
    return datetime.combine(last.date() + timedelta(days=1), time())
