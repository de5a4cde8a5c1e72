"""When the data cannot carry a forecast: which part is too little, and what would be needed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.forecast.horizon import LEAST_PARTS, PARTS, SHORT
from engine.report import numbers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.forecast.models import Window

LEAST_CUSTOMERS = 100
"""Customers with a purchase before the cut-off that a window needs."""
LEAST_EACH = 25
"""Customers who came back after the cut-off that it needs, and as many who did not."""
LEAST_REPEATS = 50
"""Customers with purchases on two days that the data needs."""


def of_history(history: int, horizon: int | None) -> str | None:
    """Say that the history is too short, for the horizon that was named or for any; None where it is not."""
    if horizon is None:
        needed = SHORT[-1] * PARTS
        return f"The data covers {history:,} days, and a forecast needs {needed} at least."
    needed = horizon * LEAST_PARTS
    if history >= needed:
        return None
    text = (
        f"The data covers {history:,} days; to foretell {horizon:,} days it needs {needed:,}: as many to know "
        "customers by, to learn from, and to try the forecast on."
    )
    longest = history // LEAST_PARTS
    return text + (f" --horizon {longest} would fit." if longest else "")


def of_repeats(customers: int, repeaters: int) -> str | None:
    """Say that too few customers have come back at all; None where there are enough."""
    if repeaters >= LEAST_REPEATS:
        return None
    return (
        f"Customers who have bought on more than one day: {repeaters:,} of {customers:,}; a forecast needs "
        f"{LEAST_REPEATS} of those to learn from."
    )


def of_window(window: Window) -> str | None:
    """Say that too little happened around a cut-off; None where there is enough."""
    customers, came = len(window.outcome.customer), int(window.outcome.returned.sum())
    day, days = numbers.day(window.cutoff), numbers.plural(window.moment.horizon, "day")
    if customers < LEAST_CUSTOMERS:
        return (
            f"Customers who had bought before {day}: {customers:,}; a forecast of the next {days} needs "
            f"{LEAST_CUSTOMERS} of those to be tried on."
        )
    for number, what in ((came, "bought"), (customers - came, "did not buy")):
        if number < LEAST_EACH:
            return (
                f"Customers who {what} in the {days} from {day} on: {number:,} of {customers:,}; a forecast needs "
                f"{LEAST_EACH} of those to learn from."
            )
    return None


def usable(windows: Sequence[Window]) -> tuple[list[Window], str | None]:
    """Return the windows with enough in them, from the newest on until the first without, and what is missing there."""
    kept: list[Window] = []
    for each in windows:
        if why := of_window(each):
            return kept, why
        kept.append(each)
    return kept, None
