"""Write a synthetic export: draw the customers block by block, then put all lines in the order of time."""

from __future__ import annotations

import os
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.errors import EngineError, OutputError
from engine.generate.catalogue import build_catalogue
from engine.generate.customers import Customers, draw_customers
from engine.generate.files import whole_files
from engine.generate.lines import draw_lines
from engine.generate.orders import draw_orders
from engine.generate.plan import plan_blocks
from engine.generate.spill import Spill
from engine.generate.tables import FIRST_DAY, build_tables
from engine.generate.writers import LabelWriter, LineWriter

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from numpy.typing import NDArray

    from engine.generate.plan import Block
    from engine.generate.tables import Tables

MOST_THREADS = 4
"""Blocks drawn at the same time; each needs about 40 MB, and drawing is the quicker half of the work."""


@dataclass(frozen=True, slots=True)
class Generated:
    """What was written."""

    rows: int
    """Data lines of the export."""
    customers: int
    """Customers in it, each with at least one line; guests are not counted."""
    first: date
    """Day of the first line."""
    last: date
    """Day of the last line."""


def generate(
    path: str | Path, *, rows: int, seed: int = 1, customers: int | None = None, labels: str | Path | None = None
) -> Generated:
    """Write a seeded synthetic export of exactly `rows` lines, whose customers follow the planted PERSONAS.

    One row per order line, in the order of time: order_id, customer_id (empty for guests), ordered_at, product_id,
    product_name, category, quantity (negative in a return), unit_price in units of the currency. `labels` names a
    second file, one row per customer: customer_id, segment. The same seed gives the same bytes on any number of
    threads; memory hardly grows with `rows` (0.3 GB at 100 million), and meanwhile the disk needs room for about a
    third of the export beside it.

    Raises
    ------
    EngineError
        If the numbers cannot be met, or a file cannot be written.
    """
    target = Path(path)
    label_target = None if labels is None else Path(labels)
    blocks = plan_blocks(rows, customers)
    if seed < 0:
        raise EngineError(f"seed is {seed}.", hint="The seed must be a whole number from 0.")
    if label_target is not None and label_target.absolute() == target.absolute():
        raise OutputError(f"{target}: named for both the export and the labels.", hint="Name two files.")
    catalogue = build_catalogue(np.random.default_rng([seed, 0]))
    tables = build_tables(catalogue)
    outputs = [target] if label_target is None else [target, label_target]
    with whole_files(*outputs) as files, Spill(target.parent, rows) as spill:
        label_writers = [LabelWriter(file) for file in files[1:]]
        for drawn, lines in _draw_blocks(blocks, tables, seed):
            spill.write(lines)
            for label_writer in label_writers:
                label_writer.write(drawn)
        writer = LineWriter(files[0], catalogue)
        for lines in spill.slots():
            writer.write(lines)
    return Generated(
        rows=writer.rows,
        customers=sum(block.customers for block in blocks),
        first=writer.first or FIRST_DAY,
        last=writer.last or FIRST_DAY,
    )


def _draw_blocks(blocks: list[Block], tables: Tables, seed: int) -> Iterator[tuple[Customers, NDArray[Any]]]:
    """Yield every block in turn, drawing the next ones on other threads meanwhile."""
    threads = min(MOST_THREADS, os.cpu_count() or 1)
    with ThreadPoolExecutor(threads) as pool:
        ahead = deque(pool.submit(_draw_block, block, tables, seed) for block in blocks[:threads])
        for upcoming in [*blocks[threads:], *[None] * len(ahead)]:
            drawn = ahead.popleft().result()
            if upcoming is not None:
                ahead.append(pool.submit(_draw_block, upcoming, tables, seed))
            yield drawn


def _draw_block(block: Block, tables: Tables, seed: int) -> tuple[Customers, NDArray[Any]]:
    """Draw the customers and lines of one block from its own random stream, whatever the other blocks hold."""
    rng = np.random.default_rng([seed, block.number])
    customers = draw_customers(block, rng)
    orders = draw_orders(customers, tables, block.rows, rng)
    return customers, draw_lines(customers, orders, tables, rng)
