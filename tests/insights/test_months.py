from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime

import pytest
from hypothesis import given, settings

from engine.insights.merge import merge
from engine.insights.months import customer_months, finish_months, month_sums
from tests.insights.builders import AS_OF, ORDERS, Order, cut, firsts_of, frame, month

FIRST = datetime(2020, 1, 1)


@settings(deadline=None, max_examples=60)
@given(ORDERS)
def test_revenue_of_a_month_is_that_of_its_new_customers_and_of_all_others(orders: list[Order]) -> None:
    new, returning = defaultdict[date, int](int), defaultdict[date, int](int)
    first = firsts_of(orders)
    for order in orders:
        since = first.get(order.customer)
        kind = new if since is not None and month(since) == month(order.at) else returning
        kind[month(order.at)] += order.amount

    sums = merge([month_sums(customer_months(frame(part))).collect() for part in cut(orders, "abc")], "month")
    table = finish_months(sums, FIRST, AS_OF)

    assert table["month"].to_list() == sorted({month(order.at) for order in orders})
    for row in table.iter_rows(named=True):
        assert row["new_revenue"] == new[row["month"]] / 1_000_000
        assert row["returning_revenue"] == returning[row["month"]] / 1_000_000
        assert row["revenue"] == (new[row["month"]] + returning[row["month"]]) / 1_000_000


@pytest.mark.parametrize(
    ("orders", "new", "returning"),
    [
        pytest.param([Order("a", datetime(2024, 1, 5), -3_000_000, bought=False)], 0.0, -3.0, id="only sent back"),
        pytest.param(
            [Order("a", datetime(2024, 1, 5)), Order("a", datetime(2024, 1, 9), -2_000_000, bought=False)],
            3.0,
            0.0,
            id="new, and sent back",
        ),
        pytest.param(
            [Order("a", datetime(2024, 1, 1), -2_000_000, bought=False), Order("a", datetime(2024, 1, 31))],
            3.0,
            0.0,
            id="sent back before the first purchase",
        ),
        pytest.param([Order("a", datetime(2024, 1, 5), 0)], 0.0, 0.0, id="a gift"),
    ],
)
def test_money_sent_back_counts_with_the_customer_who_sends_it(
    orders: list[Order], new: float, returning: float
) -> None:
    table = finish_months(month_sums(customer_months(frame(orders))).collect(), FIRST, AS_OF)

    assert table.select("new_revenue", "returning_revenue").rows() == [(new, returning)]


@pytest.mark.parametrize(("day", "complete"), [(1, True), (2, True), (3, False)])
def test_the_first_month_is_complete_where_the_data_begins_with_it(day: int, *, complete: bool) -> None:
    orders = [Order("a", datetime(2024, 1, day, 9)), Order("a", datetime(2024, 2, 5))]
    sums = month_sums(customer_months(frame(orders))).collect()

    table = finish_months(sums, orders[0].at, datetime(2024, 2, 20))

    assert table["complete"].to_list() == [complete, False]


def test_no_orders_make_no_months() -> None:
    table = finish_months(month_sums(customer_months(frame([]))).collect(), FIRST, AS_OF)

    assert table.is_empty()
    assert {"new_revenue", "returning_revenue"} <= set(table.columns)
