from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from statistics import median_low

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.insights import sequence
from engine.insights.baskets import Items
from engine.insights.merge import merge
from engine.insights.sequence import Steps
from engine.intake.rules import GIANT_BASKET
from engine.schema import CODE

START = date(2024, 1, 1)
AS_OF = START + timedelta(days=200)
ITEMS = Items(list("abc"), list("ABC"))

Order = tuple[int, int, list[int]]
"""Customer, day, items; items from 3 on are not looked at."""

_orders = st.lists(
    st.tuples(st.integers(0, 6), st.integers(0, 199), st.lists(st.integers(0, 4), min_size=1, max_size=4)), max_size=30
)


def frame(orders: list[Order]) -> pl.DataFrame:
    rows = {
        CODE: [customer for customer, _, _ in orders],
        "day": [START + timedelta(days=day) for _, day, _ in orders],
        "items": [items for _, _, items in orders],
    }
    return pl.DataFrame(rows, schema={CODE: pl.UInt32, "day": pl.Date, "items": pl.List(pl.UInt16)})


def days_of(orders: list[Order], newly: int) -> dict[int, list[tuple[int, set[int]]]]:
    """The first two days of each new customer with what was bought on them, counted by hand."""
    held: dict[int, dict[int, set[int]]] = {}
    for customer, day, items in orders:
        held.setdefault(customer, {}).setdefault(day, set()).update(items)
    firsts = {customer: sorted(days.items())[:2] for customer, days in held.items()}
    return {customer: days for customer, days in firsts.items() if days[0][0] >= newly}


@pytest.fixture(autouse=True)
def _few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sequence, "LEAST_CUSTOMERS", 1)
    monkeypatch.setattr(sequence, "LEAST_BEGINNERS", 1)


@settings(max_examples=60, deadline=None)
@given(orders=_orders, newly=st.sampled_from([0, 40]), cut=st.integers(0, 7))
def test_steps_and_entries_equal_a_brute_force_count(orders: list[Order], newly: int, cut: int) -> None:
    since = START + timedelta(days=newly)
    parts = [
        sequence.visits(frame([order for order in orders if (order[0] < cut) is side]), since) for side in (True, False)
    ]
    expected = days_of(orders, newly)
    back = {customer: days for customer, days in expected.items() if len(days) == 2}
    pairs: Counter[tuple[int, int]] = Counter()
    gaps: dict[tuple[int, int], list[int]] = {}
    for (first_day, first), (next_day, following) in back.values():
        for one in first:
            for other in following:
                pairs[one, other] += 1
                gaps.setdefault((one, other), []).append(next_day - first_day)

    steps = Steps.none(3)
    for part in parts:
        steps.add(part)
    sums = merge([sequence.entry_sums(part.lazy(), AS_OF, 30).collect() for part in parts], "item", "days")
    likely = steps.likely()
    table = sequence.finish_sequences(
        likely, merge([sequence.step_days(part, likely, 3) for part in parts], "pair", "days"), ITEMS
    )
    entries = sequence.finish_entries(sums, ITEMS, 30)

    assert steps.customers == len(back)
    assert {(a, b): int(steps.pairs[a, b]) for a in range(3) for b in range(3) if steps.pairs[a, b]} == {
        pair: number for pair, number in pairs.items() if max(pair) < 3
    }
    for row in table.iter_rows(named=True):
        pair = "abc".index(row["first"]), "abc".index(row["next"])
        began = sum(pair[0] in first for (_, first), _ in back.values())
        went = sum(pair[1] in following for _, (_, following) in back.values())
        assert (row["customers"], row["first_customers"]) == (pairs[pair], began)
        assert row["share"] == pytest.approx(pairs[pair] / began)
        assert row["overall_share"] == pytest.approx(went / len(back))
        assert row["lift"] == pytest.approx(pairs[pair] * len(back) / began / went)
        assert row["median_days"] == median_low(gaps[pair])
    for row in entries.iter_rows(named=True):
        item = "abc".index(row["item"])
        beginners = {customer: days for customer, days in expected.items() if item in days[0][1]}
        followed = [days for days in beginners.values() if 200 - days[0][0] >= 30]
        came = [days for days in followed if len(days) == 2 and days[1][0] - days[0][0] < 30]
        assert (row["customers"], row["followed"], row["came_back"]) == (len(beginners), len(followed), len(came))
        assert row["rate"] == pytest.approx(len(came) / len(followed))
        assert row["low"] <= row["rate"] + 1e-9
        assert row["rate"] <= row["high"] + 1e-9
        later = [days[1][0] - days[0][0] for days in beginners.values() if len(days) == 2]
        assert row["median_days"] == (median_low(later) if later else None)
        everyone = [days for days in expected.values() if 200 - days[0][0] >= 30]
        assert row["overall_rate"] == pytest.approx(
            sum(len(days) == 2 and days[1][0] - days[0][0] < 30 for days in everyone) / len(everyone)
        )


def test_two_orders_of_one_day_are_one_visit_and_the_days_between_count_from_it() -> None:
    orders = [(1, 10, [0]), (1, 10, [1]), (1, 25, [2]), (1, 90, [0])]

    steps = Steps.none(3)
    steps.add(found := sequence.visits(frame(orders), START))

    assert steps.pairs.tolist() == [[0, 0, 1], [0, 0, 1], [0, 0, 0]]
    assert found["gap"].to_list() == [15, 15, 15]


def test_the_ways_that_many_go_are_told_with_their_days_and_their_lift() -> None:
    orders = [(customer, 0, [0]) for customer in range(60)] + [
        (customer, 7 + customer % 3, [1]) for customer in range(60)
    ]
    orders += [(customer, 5, [2]) for customer in range(60, 120)] + [(customer, 30, [2]) for customer in range(60, 120)]
    orders += [(customer, 12, [1]) for customer in range(120, 140)] + [
        (customer, 20, [0, 2]) for customer in range(120, 140)
    ]
    steps = Steps.none(3)
    steps.add(found := sequence.visits(frame(orders), START))
    likely = steps.likely()

    table = sequence.finish_sequences(likely, sequence.step_days(found, likely, 3), ITEMS)

    told = table.select("first", "next_label", "customers", "first_customers", "median_days").rows()
    assert sorted(told) == [
        ("a", "B", 60, 60, 8),
        ("b", "A", 20, 20, 8),
        ("c", "C", 60, 60, 25),
    ]
    lifts = {first + then: lift for first, then, lift in table.select("first", "next", "lift").iter_rows()}
    assert lifts == pytest.approx({"ab": 140 / 60, "ba": 7.0, "cc": 140 / 80})
    assert (table["lift_low"] > 1).all()


def test_giant_orders_begin_nothing() -> None:
    orders = [(1, 10, [0] * GIANT_BASKET), (1, 25, [1]), (1, 30, [2])]

    steps = Steps.none(3)
    steps.add(sequence.visits(frame(orders), START))

    assert steps.pairs.tolist() == [[0, 0, 0], [0, 0, 1], [0, 0, 0]]


def test_who_had_a_giant_order_before_is_not_new() -> None:
    orders = [(1, 0, [0] * GIANT_BASKET), (1, 40, [1]), (2, 40, [1])]

    found = sequence.visits(frame(orders), START + timedelta(days=31))

    assert found[CODE].to_list() == [2]


def test_the_horizon_is_the_longest_that_the_data_holds_twice() -> None:
    spans = [sequence.horizon(START, START + timedelta(days=days)) for days in (59, 60, 179, 180)]

    assert spans == [None, 30, 30, 90]


def test_no_orders_give_empty_tables() -> None:
    found = sequence.visits(frame([]), START)
    steps = Steps.none(0)
    steps.add(found)
    likely = steps.likely()

    table = sequence.finish_sequences(likely, sequence.step_days(found, likely, 0), Items([], []))
    entries = sequence.finish_entries(sequence.entry_sums(found.lazy(), AS_OF, None).collect(), Items([], []), None)

    assert table.schema == pl.Schema(sequence.SEQUENCES)
    assert entries.schema == pl.Schema(sequence.ENTRY_PRODUCTS)
    assert table.is_empty()
    assert entries.is_empty()
