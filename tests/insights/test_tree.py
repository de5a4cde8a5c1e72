"""The revenue tree, held against plain Python, exact fractions and the integral that the index stands for."""

from __future__ import annotations

import math
from collections import defaultdict
from datetime import date, datetime, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from engine.insights.merge import merge
from engine.insights.tree import REVENUE_TREE, Periods, driver, finish_tree, period_sums, periods
from engine.schema import ORDERS

FACTORS = ["customers", "orders_per_customer", "items_per_order", "price", "kept"]
SUMS = {
    **dict.fromkeys(("period", "customers", "orders", "lines"), pl.Int64),
    **dict.fromkeys(("quantity", "gross", "amount"), pl.Int128),
}
BEFORE = {"customers": 100, "orders": 150, "lines": 400, "quantity": 600_000, "gross": 12 * 10**9, "amount": 9 * 10**9}
AFTER = {"customers": 90, "orders": 180, "lines": 420, "quantity": 700_000, "gross": 15 * 10**9, "amount": 12 * 10**9}
COMPARED = Periods(datetime(2023, 1, 1), datetime(2023, 2, 1), datetime(2023, 3, 1), datetime(2023, 4, 1), "a on b")

_order = st.tuples(
    st.integers(0, 5),  # customer
    st.integers(0, 24 * 100),  # hour of its first line
    st.none() | st.integers(0, 48),  # hours until its first bought line; None: returns only
    st.integers(1, 9),  # lines
    st.integers(0, 9_000),  # quantity bought
    st.integers(0, 10**6),  # money bought
    st.integers(-(10**6), 0),  # money of what was sent back
)
_sum = st.fixed_dictionaries(
    {
        "customers": st.integers(1, 10**8),
        "orders": st.integers(1, 10**9),
        "lines": st.integers(1, 10**10),
        "quantity": st.integers(1, 10**13),
        "gross": st.integers(1, 10**20),
        "amount": st.integers(1, 10**20),
    }
)


def sums(*rows: dict[str, int]) -> pl.DataFrame:
    return pl.DataFrame([{"period": number, **row} for number, row in enumerate(rows)], schema=SUMS)


def frame(orders: list[Any]) -> pl.DataFrame:
    """Return orders as a shard holds them."""
    start = datetime(2022, 12, 25)
    rows = []
    for customer, hour, wait, lines, quantity, gross, returned in orders:
        first = start + timedelta(hours=hour)
        bought = wait is not None
        rows.append(
            {
                "customer_id": f"c{customer}",
                "bought_at": first + timedelta(hours=wait) if bought else None,
                "first_line": first,
                "last_line": first + timedelta(hours=wait or 0),
                "lines": lines,
                "quantity": quantity if bought else -lines * 1000,
                "amount": returned + (gross if bought else 0),
                "bought_quantity": quantity if bought else 0,
                "bought_amount": gross if bought else 0,
            }
        )
    coded = pl.col("customer_id").cast(pl.Categorical(pl.Categories.random()))
    return pl.DataFrame(rows, schema=ORDERS.schema).with_columns(coded)


def whole_months(first: datetime, as_of: datetime) -> list[date]:
    """List the whole months, by their first days, by walking over all days."""
    days = [first.date() + timedelta(days=n) for n in range((as_of.date() - first.date()).days)]
    months: dict[date, int] = defaultdict(int)
    for day in days:
        months[day.replace(day=1)] += 1
    length = {month: ((month + timedelta(days=32)).replace(day=1) - month).days for month in months}
    begun = first.date().replace(day=1)
    return [m for m, n in months.items() if n == length[m] or (m == begun and first.day == 2 and n == length[m] - 1)]


@given(
    first=st.datetimes(datetime(2019, 11, 1), datetime(2020, 4, 30)),
    as_of=st.datetimes(datetime(2019, 10, 1), datetime(2021, 12, 31)),
)
def test_periods_are_the_last_whole_months_that_can_be_compared(first: datetime, as_of: datetime) -> None:
    found = periods(first, as_of)

    months = [datetime(m.year, m.month, 1) for m in whole_months(first, as_of)]
    if len(months) < 2:
        assert found is None
        return
    assert found is not None
    after = [m for m in months if m >= found.after_start]
    before = [m for m in months if found.before_start <= m < found.before_end]
    if len(months) >= 15:
        assert (before, after) == (months[-15:-12], months[-3:])
        assert found.before_start == found.after_start.replace(year=found.after_start.year - 1)
        assert found.name == "the last three full months against the same three a year before"
    elif len(months) >= 6:
        assert (before, after) == (months[-6:-3], months[-3:])
        assert found.name == "the last three full months against the three before"
    else:
        assert (before, after) == (months[-2:-1], months[-1:])
        assert found.name == "the last full month against the one before"
    assert found.after_end <= as_of < found.after_end + timedelta(days=31)
    assert found.before_end.day == found.after_end.day == 1
    assert len(before) < 15 <= len(months) or found.before_end == found.after_start


@pytest.mark.parametrize(
    ("first", "before_start"),
    [
        pytest.param(datetime(2023, 5, 1, 9), datetime(2023, 5, 1), id="first day"),
        pytest.param(datetime(2023, 5, 2, 23, 59), datetime(2023, 5, 1), id="second day"),
        pytest.param(datetime(2023, 5, 3), datetime(2023, 6, 1), id="third day"),
    ],
)
def test_the_first_month_is_whole_where_the_data_begins_by_its_second_day(
    first: datetime, before_start: datetime
) -> None:
    whole = periods(first, datetime(2023, 7, 1))
    later = periods(first, datetime(2023, 8, 1))

    assert (whole is None) == (before_start == datetime(2023, 6, 1))
    assert whole is None or whole.before_start == before_start
    assert later is not None
    assert later.before_start == datetime(2023, 6, 1)


def test_a_month_that_ends_at_as_of_is_whole_and_one_that_ends_later_is_not() -> None:
    first = datetime(2023, 11, 1)

    assert periods(first, datetime(2024, 1, 1) - timedelta(microseconds=1)) is None
    assert periods(first, datetime(2024, 1, 1)) == Periods(
        datetime(2023, 11, 1),
        datetime(2023, 12, 1),
        datetime(2023, 12, 1),
        datetime(2024, 1, 1),
        "the last full month against the one before",
    )


def test_an_as_of_before_the_data_has_no_periods() -> None:
    assert periods(datetime(2023, 5, 1), datetime(2020, 1, 1)) is None


@settings(deadline=None, max_examples=60)
@given(orders=st.lists(_order, max_size=40), shards=st.integers(1, 3), shuffle=st.randoms(use_true_random=False))
def test_sums_of_shards_equal_a_brute_force_count(orders: list[Any], shards: int, shuffle: Any) -> None:
    start = datetime(2022, 12, 25)
    spans = ((COMPARED.before_start, COMPARED.before_end), (COMPARED.after_start, COMPARED.after_end))
    expected = []
    for period, (begin, end) in enumerate(spans):
        held = [order for order in orders if begin <= start + timedelta(hours=order[1] + (order[2] or 0)) < end]
        bought = [order for order in held if order[2] is not None]
        if held:
            expected.append(
                {
                    "period": period,
                    "customers": len({order[0] for order in bought}),
                    "orders": len(bought),
                    "lines": sum(order[3] for order in bought),
                    "quantity": sum(order[4] for order in bought),
                    "gross": sum(order[5] for order in bought),
                    "amount": sum(order[5] for order in bought) + sum(order[6] for order in held),
                }
            )
    shuffled = list(orders)
    shuffle.shuffle(shuffled)
    parts = [
        period_sums(frame([o for o in shuffled if o[0] % shards == n]).lazy(), COMPARED).collect(engine="streaming")
        for n in range(shards)
    ]

    assert_frame_equal(merge(parts, "period"), pl.DataFrame(expected, schema=SUMS))


def test_the_ends_of_periods_are_exclusive_and_their_starts_inclusive() -> None:
    moments = [COMPARED.before_start, COMPARED.before_end, COMPARED.after_start, COMPARED.after_end]
    orders = frame([(n, 0, 0, 1, 1_000, 10**n, 0) for n in range(4)]).with_columns(
        pl.Series("bought_at", moments, dtype=pl.Datetime("us"))
    )

    found = period_sums(orders.lazy(), COMPARED).collect().sort("period")

    assert found.select("period", "gross").rows() == [(0, 1), (1, 100)]


def test_sums_of_money_do_not_wrap() -> None:
    orders = frame([(0, 24 * 10, 0, 1, 1_000, 2**62, 0)] * 4)

    assert period_sums(orders.lazy(), COMPARED).collect()["amount"].to_list() == [2**64]


def test_no_periods_have_no_sums_and_no_tree() -> None:
    orders = frame([(0, hour, 0, 1, 1_000, 5, 0) for hour in range(0, 2400, 24)]).lazy()
    ancient = orders.with_columns(bought_at=datetime(1, 1, 1))

    merged = merge([period_sums(each, None).collect() for each in (orders, ancient)], "period")

    assert merged.is_empty()
    assert_frame_equal(finish_tree(merged, counted=True), pl.DataFrame(schema=REVENUE_TREE))


@given(before=_sum, after=_sum, counted=st.booleans())
def test_factors_multiply_to_net_revenue_and_contributions_add_up_to_its_change(
    before: dict[str, int], after: dict[str, int], *, counted: bool
) -> None:
    tree = finish_tree(sums(before, after), counted=counted)

    was, now = before["amount"] / 10**6, after["amount"] / 10**6
    assert tree["factor"].to_list() == FACTORS
    assert tree.schema == pl.Schema(REVENUE_TREE)
    assert math.prod(tree["before"]) == pytest.approx(was, rel=1e-14)
    assert math.prod(tree["after"]) == pytest.approx(now, rel=1e-14)
    largest = max(was, now, *(abs(each) for each in tree["contribution"]))
    assert math.fsum(tree["contribution"]) == pytest.approx(now - was, abs=1e-12 * largest)
    for row in tree.iter_rows(named=True):
        assert 1 + row["change"] == pytest.approx(row["after"] / row["before"], rel=1e-12, abs=1e-15)
        assert math.copysign(1, row["contribution"]) == math.copysign(1, row["change"])


@given(before=_sum, after=_sum, counted=st.booleans())
def test_swapped_periods_give_the_contributions_with_the_other_sign(
    before: dict[str, int], after: dict[str, int], *, counted: bool
) -> None:
    there = finish_tree(sums(before, after), counted=counted)
    back = finish_tree(sums(after, before), counted=counted)

    assert (-back["contribution"]).to_list() == pytest.approx(there["contribution"].to_list(), rel=1e-9, abs=1e-9)
    assert back["before"].to_list() == there["after"].to_list()


@pytest.mark.parametrize("counted", [True, False], ids=["quantities", "lines"])
def test_contributions_are_the_integral_of_divisia(*, counted: bool) -> None:
    tree = finish_tree(sums(BEFORE, AFTER), counted=counted)

    # Every factor grows at an even rate from one period to the other; what it adds to revenue R is the integral of
    # R d(ln f).
    was, now = BEFORE["amount"] / 10**6, AFTER["amount"] / 10**6
    steps = 2_000
    revenue = sum(was * (now / was) ** ((step + 0.5) / steps) for step in range(steps)) / steps
    integral = [revenue * math.log(row["after"] / row["before"]) for row in tree.iter_rows(named=True)]
    assert tree["contribution"].to_list() == pytest.approx(integral, rel=1e-6)


def test_the_tree_says_its_factors_in_units_of_currency_and_goods() -> None:
    counted = finish_tree(sums(BEFORE, AFTER), counted=True)
    lines = finish_tree(sums(BEFORE, AFTER), counted=False)

    assert counted.select("label", "unit", "before", "after").rows() == [
        ("Customers", "count", 100.0, 90.0),
        ("Orders per customer", "orders", 1.5, 2.0),
        ("Items per order", "count", 4.0, 700 / 180),
        ("Price of an item", "money", 20.0, 15_000 / 700),
        ("Share kept after returns", "share", 0.75, 0.8),
    ]
    assert lines.select("label", "unit", "before", "after").rows()[2:4] == [
        ("Lines per order", "count", 400 / 150, 420 / 180),
        ("Price of a line", "money", 30.0, 15_000 / 420),
    ]
    assert counted["change"].to_list() == pytest.approx([-0.1, 1 / 3, -1 / 36, 1 / 14, 1 / 15])


@pytest.mark.parametrize("more", [0, 1, 7], ids=["nothing", "one micro", "seven micros"])
def test_a_change_as_small_as_the_last_digits_of_revenue_is_split_rightly(more: int) -> None:
    before = {**BEFORE, "gross": 3 * 10**15, "amount": 10**15}
    after = {**before, "customers": 200, "orders": 300, "amount": 10**15 + more}

    tree = finish_tree(sums(before, after), counted=True)

    gained = dict(tree.select("factor", "contribution").iter_rows())
    assert gained["customers"] == pytest.approx(10**9 * math.log(2), rel=1e-12)
    assert gained["items_per_order"] == pytest.approx(-(10**9) * math.log(2), rel=1e-12)
    assert gained["orders_per_customer"] == 0
    assert gained["kept"] == pytest.approx(more / 10**6, rel=1e-9)


@pytest.mark.parametrize("period", [0, 1], ids=["before", "after"])
@pytest.mark.parametrize("name", ["customers", "orders", "quantity", "gross", "amount"])
def test_a_factor_that_is_not_positive_leaves_no_tree(name: str, period: int) -> None:
    rows = [dict(BEFORE), dict(AFTER)]
    rows[period][name] = 0

    assert_frame_equal(finish_tree(sums(*rows), counted=True), pl.DataFrame(schema=REVENUE_TREE))


def test_more_sent_back_than_bought_leaves_no_tree() -> None:
    assert finish_tree(sums(BEFORE, {**AFTER, "amount": -5}), counted=True).is_empty()


def test_lines_stand_in_for_quantities_that_the_file_does_not_have() -> None:
    rows = ({**BEFORE, "quantity": 0}, {**AFTER, "quantity": 0})

    assert finish_tree(sums(*rows), counted=True).is_empty()
    assert finish_tree(sums(*rows), counted=False).height == 5
    assert finish_tree(sums(*({**row, "lines": 0} for row in (BEFORE, AFTER))), counted=False).is_empty()


@pytest.mark.parametrize("period", [0, 1], ids=["before", "after"])
def test_a_period_without_an_order_leaves_no_tree(period: int) -> None:
    assert finish_tree(sums(BEFORE, AFTER).filter(pl.col("period") == period), counted=True).is_empty()


@given(before=_sum, after=_sum)
def test_the_driver_moved_revenue_most_in_its_direction(before: dict[str, int], after: dict[str, int]) -> None:
    assume(abs(after["amount"] - before["amount"]) > before["amount"] // 10**6)
    tree = finish_tree(sums(before, after), counted=True).to_dicts()

    found = driver(tree)

    assert found is not None
    up = after["amount"] > before["amount"]
    along = [row for row in tree if (row["contribution"] > 0) == up]
    assert found in along
    assert abs(found["contribution"]) == max(abs(row["contribution"]) for row in along)


def test_nothing_drives_a_revenue_that_stays() -> None:
    moved = {**BEFORE, "customers": 37, "quantity": 613_000, "lines": 77}

    assert driver(finish_tree(sums(BEFORE, BEFORE), counted=True).to_dicts()) is None
    assert driver(finish_tree(sums(BEFORE, moved), counted=True).to_dicts()) is None
    assert driver([]) is None


def test_of_equal_drivers_the_first_is_named() -> None:
    four_times = {name: 4 * BEFORE[name] for name in ("orders", "quantity", "gross", "amount")}
    after = {**BEFORE, **four_times, "customers": 200}

    found = driver(finish_tree(sums(BEFORE, after), counted=True).to_dicts())

    assert found is not None
    assert found["factor"] == "customers"
