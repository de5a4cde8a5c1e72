"""The orders of a block's customers: when, how many lines, how many of them sent back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from engine.generate.budget import fit_to_rows
from engine.generate.tables import HISTORY_DAYS, TICKETS, column

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.generate.customers import Customers
    from engine.generate.tables import Tables

DAY_SECONDS = 86_400
HISTORY_SECONDS = HISTORY_DAYS * DAY_SECONDS
GUEST_SHARE = 0.005
"""Share of lines bought (and sent back) without signing in."""
_RETURN_SECONDS = (2 * DAY_SECONDS, 25 * DAY_SECONDS)
"""From an order to its return: never on the same day."""
_PERCENT = np.array([100, 90, 80])
_PERCENT_SHARES = (0.75, 0.15, 0.10)


@dataclass(frozen=True, slots=True)
class Orders:
    """One element per order of a block; the orders of a customer are neighbours."""

    customer: NDArray[np.intp]
    """Position in the block's Customers."""
    seconds: NDArray[np.int64]
    """Seconds from the start of the history."""
    returned_at: NDArray[np.int64]
    """Seconds from the start of the history; means nothing where no line is returned."""
    lines: NDArray[np.int64]
    """Lines bought, at least 1."""
    returned: NDArray[np.int64]
    """How many of the lines are sent back."""
    percent: NDArray[np.int64]
    """Part of the price that is paid in a promotion; 100 without."""
    guest: NDArray[np.bool_]
    """Whether the customer did not sign in; never for a first order, so that every customer has a line."""


def draw_orders(customers: Customers, tables: Tables, rows: int, rng: np.random.Generator) -> Orders:
    """Draw orders that have exactly `rows` lines together, returns included; every customer has one at least."""
    counts = 1 + rng.poisson(customers.repeats)
    customer = np.repeat(np.arange(counts.size), counts)
    first = np.zeros(customer.size, dtype=np.bool_)
    first[np.cumsum(counts) - counts] = True
    persona = customers.persona[customer]
    seconds = _times(customers, tables, counts, rng)
    returned_at = seconds + rng.integers(*_RETURN_SECONDS, size=customer.size)
    lines = 1 + rng.poisson(customers.lines[customer] - 1.0)
    returned = rng.binomial(lines, column("return_rate")[persona])
    returned[returned_at >= HISTORY_SECONDS] = 0
    kept, lines, returned = fit_to_rows(rows, first, lines, returned, rng)
    percent = rng.choice(_PERCENT, size=customer.size, p=_PERCENT_SHARES)
    first = first[kept]
    return Orders(
        customer=customer[kept],
        seconds=seconds[kept],
        returned_at=returned_at[kept],
        lines=lines,
        returned=returned,
        percent=percent[kept],
        guest=_guests(rows, first, lines + returned, rng),
    )


def _times(
    customers: Customers, tables: Tables, counts: NDArray[np.int64], rng: np.random.Generator
) -> NDArray[np.int64]:
    """Draw the moments of all orders: the first at the customer's start, the rest a renewal process over the life.

    The gaps are Gamma distributed and scaled to fill the life: given the number of orders, a shape of 1 gives the
    order statistics of a Poisson process. Business time then becomes calendar time by the persona's clock.
    """
    customer = np.repeat(np.arange(counts.size), counts)
    persona = customers.persona[customer]
    elapsed = np.cumsum(rng.standard_gamma(column("regularity")[persona]))
    last = np.cumsum(counts) - 1
    first = last - counts + 1
    # NOTE: the gap drawn for the first order serves as the one after the last: a life need not end on an order.
    before = np.concatenate([[0.0], elapsed[last[:-1]]])
    position = (elapsed - elapsed[first][customer]) / np.maximum(elapsed[last] - before, 1e-12)[customer]
    business = np.clip(customers.start[customer] + customers.life[customer] * position, 0.0, 1.0)
    # NOTE: one table for all personas, each at an offset of its own, is interpolated in one call.
    offsets = 2.0 * np.arange(len(tables.clock))
    axis = (tables.clock + offsets[:, np.newaxis]).ravel()
    day = np.interp(business + offsets[persona], axis, np.tile(np.arange(HISTORY_DAYS + 1.0), len(tables.clock)))
    minute = tables.minutes[persona, rng.integers(TICKETS, size=customer.size, dtype=np.uint16)]
    whole_day = np.minimum(day.astype(np.int64), HISTORY_DAYS - 1)
    return np.asarray(whole_day * DAY_SECONDS + minute * 60 + rng.integers(60, size=customer.size))


def _guests(
    rows: int, first: NDArray[np.bool_], lines: NDArray[np.int64], rng: np.random.Generator
) -> NDArray[np.bool_]:
    """Choose later orders for guests, so many that GUEST_SHARE of all lines have no customer."""
    eligible = int(lines[~first].sum())
    chance = min(0.5, GUEST_SHARE * rows / eligible) if eligible else 0.0
    return ~first & (rng.random(first.size) < chance)
