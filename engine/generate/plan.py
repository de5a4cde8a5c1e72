"""How the lines and customers of an export divide into blocks that are drawn independently."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from engine.errors import EngineError

LINES_PER_CUSTOMER = 20
"""Mean lines of a customer where the number of customers is not given; the personas are tuned for it."""
MOST_LINES_PER_CUSTOMER = 50_000
"""A customer is drawn in one piece, so this bounds the memory."""
BLOCK_LINES = 500_000
"""Lines of one block: enough for NumPy to be fast, little enough for two blocks to fit a small memory."""
MOST_ROWS = 2_000_000_000


@dataclass(frozen=True, slots=True)
class Block:
    """A run of customers that is drawn from a random stream of its own."""

    number: int
    """From 1 on."""
    first_customer: int
    """Position of the block's first customer among all."""
    customers: int
    rows: int
    """Lines that the block's customers have together; at least one each."""


def plan_blocks(rows: int, customers: int | None) -> list[Block]:
    """Share `rows` lines out evenly over blocks of customers.

    Raises
    ------
    EngineError
        If there is no line, less than one line per customer, or too many per customer to draw in a bounded memory.
    """
    if not 1 <= rows <= MOST_ROWS:
        raise EngineError(f"rows is {rows:,}.", hint=f"Ask for 1 to {MOST_ROWS:,} lines.")
    if customers is None:
        customers = max(1, rows // LINES_PER_CUSTOMER)
    if not 1 <= customers <= rows:
        raise EngineError(
            f"customers is {customers:,} for {rows:,} lines.",
            hint="Every customer needs a line: ask for at least 1 customer and at most as many as there are lines.",
        )
    if rows > customers * MOST_LINES_PER_CUSTOMER:
        raise EngineError(
            f"customers is {customers:,} for {rows:,} lines.",
            hint=f"A customer can have {MOST_LINES_PER_CUSTOMER:,} lines on average: ask for more customers.",
        )
    size = max(1, BLOCK_LINES * customers // rows)
    edges = [*range(0, customers, size), customers]
    return [
        Block(number, first, last - first, last * rows // customers - first * rows // customers)
        for number, (first, last) in enumerate(pairwise(edges), start=1)
    ]
