"""Lines and customers shared out over blocks."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from engine.generate.plan import BLOCK_LINES, plan_blocks


@given(st.integers(1, 20_000_000), st.floats(0, 1))
def test_blocks_cover_all_lines_and_customers(rows: int, position: float) -> None:
    least = -(-rows // 50_000)
    customers = least + int(position * (rows - least))
    if rows > 100 * customers:
        customers = -(-rows // 100)
    blocks = plan_blocks(rows, customers)
    assert sum(block.rows for block in blocks) == rows
    assert sum(block.customers for block in blocks) == customers
    assert all(1 <= block.customers <= block.rows <= 1.01 * BLOCK_LINES for block in blocks)
    assert [block.number for block in blocks] == list(range(1, len(blocks) + 1))
    firsts = [block.first_customer for block in blocks]
    assert firsts == [sum(block.customers for block in blocks[:position]) for position in range(len(blocks))]
