from __future__ import annotations

import random
from datetime import datetime
from itertools import groupby, pairwise

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from engine.features.orders import gaps, orders
from engine.schema import CODE, ORDERS
from tests.features.builders import LINES, Engine, Line, frame, with_codes

EARLY, NOON, LATE = datetime(2020, 1, 1), datetime(2020, 1, 1, 12), datetime(2020, 1, 2)


def key(line: Line) -> tuple[str, str]:
    return line.customer_id, line.order_id


def summed(lines: list[Line]) -> list[tuple[object, ...]]:
    """Sum lines to orders in plain Python."""
    rows: list[tuple[object, ...]] = []
    for (customer, _), group in groupby(sorted(lines, key=key), key=key):
        of_order = list(group)
        bought = [line for line in of_order if line.quantity >= 0 and line.amount >= 0]
        rows.append(
            (
                customer,
                min((line.ordered_at for line in bought), default=None),
                min(line.ordered_at for line in of_order),
                max(line.ordered_at for line in of_order),
                len(of_order),
                sum(line.quantity for line in of_order),
                sum(line.amount for line in of_order),
                sum(line.quantity for line in bought),
                sum(line.amount for line in bought),
            )
        )
    return rows


def waits(lines: list[Line]) -> dict[str, list[int]]:
    """Return each customer's times between successive purchases in plain Python."""
    found: dict[str, list[int]] = {}
    for customer, group in groupby(sorted(summed(lines), key=lambda row: str(row[0])), key=lambda row: str(row[0])):
        times = sorted(row[1] for row in group if isinstance(row[1], datetime))
        found[customer] = [(later - sooner) // (datetime.resolution) for sooner, later in pairwise(times)]
    return found


@settings(deadline=None, max_examples=100)
@given(LINES)
def test_orders_are_the_sums_of_their_lines(lines: list[Line]) -> None:
    expected = pl.DataFrame(summed(lines), schema=ORDERS.schema, orient="row")

    actual = orders(frame(lines)).collect()

    assert_frame_equal(actual.sort(pl.all()), expected.sort(pl.all()), check_exact=True)


def gaps_of(lines: list[Line], engine: Engine = "in-memory") -> pl.DataFrame:
    """Return the customer and the gap of every purchase but the first ones, in the order of `gaps`."""
    of_lines = orders(with_codes(frame(lines))).collect(engine=engine).lazy()
    customers = of_lines.select(pl.col("customer_id").to_physical().alias(CODE), "customer_id").unique()
    found = gaps(of_lines).join(customers, on=CODE, how="left", maintain_order="left")
    return found.select(pl.col("customer_id").cast(pl.String), "gap").collect(engine=engine)


@settings(deadline=None, max_examples=100)
@given(LINES, st.sampled_from(["in-memory", "streaming"]))
def test_gaps_are_the_times_between_successive_purchases(lines: list[Line], engine: Engine) -> None:
    found = gaps_of(lines, engine)

    by_customer = dict(found.group_by("customer_id").agg(pl.col("gap").sort()).rows())
    assert by_customer == {customer: sorted(values) for customer, values in waits(lines).items() if values}


def test_orders_of_the_same_number_are_parted_by_customer() -> None:
    table = orders(frame([Line("a", "1"), Line("b", "1"), Line("a", "2")])).collect()

    assert sorted(table["customer_id"].to_list()) == ["a", "a", "b"]


def test_order_of_returns_only_has_no_time_of_purchase() -> None:
    returned = [Line(quantity=-1_000, amount=-1, ordered_at=EARLY), Line(quantity=1_000, amount=-1, ordered_at=LATE)]

    table = orders(frame(returned)).collect()

    assert table.select("bought_at", "first_line", "last_line", "lines", "bought_amount").rows() == [
        (None, EARLY, LATE, 2, 0)
    ]


def test_purchase_begins_with_its_first_bought_line() -> None:
    lines = [Line(ordered_at=EARLY, quantity=-1_000, amount=0), Line(ordered_at=LATE), Line(ordered_at=NOON, amount=0)]

    table = orders(frame(lines)).collect()

    assert table.select("bought_at", "first_line", "last_line").rows() == [(NOON, EARLY, LATE)]


def test_gaps_skip_orders_of_returns_and_start_anew_with_every_customer() -> None:
    lines = [
        Line("a", "1", EARLY),
        Line("a", "2", NOON, quantity=-1_000, amount=-1),
        Line("a", "3", LATE),
        Line("a", "4", LATE),
        Line("b", "1", LATE),
    ]

    assert gaps_of(lines).rows() == [("a", 86_400_000_000), ("a", 0)]


@pytest.mark.parametrize("seed", range(5))
def test_order_of_the_lines_changes_no_order_and_no_gap(seed: int) -> None:
    source = random.Random(seed)
    lines = [
        Line(
            f"c{source.randrange(30)}",
            f"o{source.randrange(9)}",
            NOON.replace(day=source.randint(1, 28)),
            amount=source.randint(-9, 99),
        )
        for _ in range(2_000)
    ]
    shuffled = source.sample(lines, len(lines))

    one, other = (orders(frame(each)) for each in (lines, shuffled))

    assert_frame_equal(one.sort(pl.all()), other.sort(pl.all()), check_exact=True)
    assert_frame_equal(gaps_of(lines).sort(pl.all()), gaps_of(shuffled).sort(pl.all()), check_exact=True)


def test_no_lines_make_no_orders() -> None:
    assert orders(frame([])).collect().schema == ORDERS.schema
    assert gaps_of([]).is_empty()
