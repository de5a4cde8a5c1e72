from __future__ import annotations

import math
from collections import defaultdict

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.features.lines import ITEM
from engine.insights import affinity
from engine.insights.affinity import AFFINITY, MIN_BUYERS, OTHERS
from engine.insights.baskets import Items
from engine.insights.intervals import quantile
from engine.schema import CODE
from engine.units import MICROS

ITEMS = Items(["a", "b"], ["Apples", "Bread"])
NAMES = pl.DataFrame({"segment": [1, 2], "segment_name": ["One", "Two"]})

Spend = dict[tuple[int, int | None], int]
"""Units of money by customer and item; an item of None is not compared."""

_spend = st.dictionaries(
    st.tuples(st.integers(0, 30), st.sampled_from([0, 1, None])), st.integers(-50, 500), min_size=1, max_size=60
)


def table_of(spend: Spend, segments: dict[int, int], cut: int = 15) -> pl.DataFrame:
    """Sum the spend in two shards, and finish it."""
    totals: dict[int, int] = defaultdict(int)
    for (customer, _), amount in spend.items():
        totals[customer] += amount * MICROS
    rows = [
        (customer, item, amount * MICROS, segments[customer], totals[customer])
        for (customer, item), amount in spend.items()
    ]
    schema = {CODE: pl.UInt32, ITEM: pl.UInt16, "spend": pl.Int64, "segment": pl.Int64, "total": pl.Int64}
    frame = pl.DataFrame(rows, schema=schema, orient="row")
    shards = [frame.filter(pl.col(CODE) < cut), frame.filter(pl.col(CODE) >= cut)]
    sums = affinity.merge_affinity([affinity.affinity_sums(each.lazy()).collect() for each in shards])
    customers = frame.unique(CODE).select("segment", "total")
    return affinity.finish_affinity(sums, affinity.segment_totals(customers.lazy()).collect(), NAMES, ITEMS)


@settings(max_examples=80, deadline=None)
@given(spend=_spend, data=st.data())
def test_affinity_equals_a_brute_force_count_and_adds_up_to_the_revenue(spend: Spend, data: st.DataObject) -> None:
    segments = {customer: data.draw(st.sampled_from([1, 2])) for customer in range(31)}

    table = table_of(spend, segments)

    everyone = {customer for customer, _ in spend}
    if all(item is None for _, item in spend):
        assert table.is_empty()
        return
    assert round(table["revenue"].sum()) == sum(spend.values())
    told = table.filter(pl.col("item").is_not_null())
    assert table.filter(pl.col("item").is_null())["label"].unique().to_list() in ([], [OTHERS])
    z = quantile(told.height)
    for row in told.iter_rows(named=True):
        item = ITEMS.names.index(row["item"])
        assert row["label"] == ITEMS.labels[item]
        members = [customer for customer in everyone if segments[customer] == row["segment"]]
        own = [spend.get((customer, item), 0) for customer in members]
        whole = [sum(spend.get((customer, each), 0) for each in (0, 1, None)) for customer in members]
        buyers, all_buyers = (
            sum(spend.get((customer, item), 0) > 0 for customer in some) for some in (members, everyone)
        )
        assert round(row["revenue"]) == sum(own)
        assert row["buyers"] == buyers
        if members:
            assert row["buyer_share"] == pytest.approx(buyers / len(members))
            if all_buyers:
                assert row["lift"] == pytest.approx(buyers / len(members) / (all_buyers / len(everyone)))
        of_item = sum(amount for (_, each), amount in spend.items() if each == item)
        if not members or sum(whole) == 0 or of_item == 0 or sum(spend.values()) == 0:
            continue
        share = sum(own) / sum(whole)
        index = 100 * share / (of_item / sum(spend.values()))
        assert row["index"] == pytest.approx(index)
        enough = buyers >= MIN_BUYERS and max(own) * 4 <= sum(own)
        assert row["supported"] == (enough and index > 0)
        if len(members) > 1 and index > 0 and sum(own) > 0:
            squares = sum((y - share * x) ** 2 for y, x in zip(own, whole, strict=True))
            reach = z * math.sqrt(len(members) / (len(members) - 1) * squares / sum(own) ** 2)
            assert row["index_low"] == pytest.approx(index * math.exp(-reach), rel=1e-6, abs=1e-6)
            assert row["index_high"] == pytest.approx(index * math.exp(reach), rel=1e-6, abs=1e-6)


def test_three_lucky_customers_do_not_top_the_list() -> None:
    """Few customers who spend all on one item have the larger index, many who spend a little more the surer one."""
    spend: Spend = {(customer, None): 90 for customer in range(400)}
    spend.update({(customer, 0): 10 if customer < 200 else 4 for customer in range(400)})
    spend.update({(customer, 1): 60 for customer in range(3)})
    spend[399, 1] = 1
    segments = {customer: 1 if customer < 200 else 2 for customer in range(400)}

    table = table_of(spend, segments, cut=123)

    rows = {row["item"]: row for row in table.filter(pl.col("segment") == 1).iter_rows(named=True)}
    assert rows["b"]["index"] > rows["a"]["index"] > 100
    assert (rows["a"]["supported"], rows["b"]["supported"]) == (True, False)
    assert rows["b"]["index_low"] < 100 < rows["a"]["index_low"]
    assert affinity.telling_products(table)["item"].drop_nulls().unique().to_list() == ["a"]


def test_intervals_hold_the_truth_as_often_as_they_say() -> None:
    """Customers of one taste, parted at random: of the indices, 100 for all, hardly one lies outside its interval."""
    missed = told = 0
    for seed in range(40):
        dice = pl.Series(range(800)).shuffle(seed=seed).to_list()
        spend: Spend = {(customer, 0): 1 + dice[customer] ** 2 // 3_000 for customer in range(800)}
        spend.update({(customer, None): 50 + dice[-customer] % 37 for customer in range(800)})
        segments = {customer: 1 + (dice[customer] * 7 + seed) % 5 // 3 for customer in range(800)}
        table = table_of(spend, segments, cut=400).filter(pl.col("item") == "a")
        told += table.height
        missed += table.filter((pl.col("index_low") > 100) | (pl.col("index_high") < 100)).height
    assert told == 80
    assert missed <= 8


def test_telling_products_are_kept_for_all_segments_and_the_rest_adds_up() -> None:
    spend: Spend = {(customer, 0 if customer < 40 else 1): 30 for customer in range(90)}
    spend.update({(customer, None): 10 for customer in range(90)})
    table = table_of(spend, {customer: 1 if customer < 40 else 2 for customer in range(90)})

    kept = affinity.telling_products(table, most=1)

    assert kept.select("segment", "label").rows() == [
        (1, "Apples"), (1, "Bread"), (1, OTHERS), (2, "Bread"), (2, "Apples"), (2, OTHERS)
    ]  # fmt: skip
    assert kept["revenue"].sum() == sum(spend.values())
    assert kept.filter(pl.col("item").is_null())["segment_share"].to_list() == pytest.approx([0.25, 0.25])


def test_with_one_segment_the_best_sold_products_are_kept() -> None:
    spend: Spend = {(customer, item): 30 + 20 * item for customer in range(40) for item in range(2)}
    table = table_of(spend, dict.fromkeys(range(40), 1))

    kept = affinity.telling_products(table.filter(pl.col("segment") == 1), most=1)

    assert kept["label"].to_list() == ["Bread", OTHERS]
    assert kept["revenue"].to_list() == [2_000, 1_200]


def test_nothing_compared_gives_an_empty_table() -> None:
    none = affinity.affinity_sums(
        pl.LazyFrame(schema={ITEM: pl.UInt16, "spend": pl.Int64, "segment": pl.Int64, "total": pl.Int64})
    ).collect()
    totals = affinity.segment_totals(pl.LazyFrame({"segment": [1], "total": [5]})).collect()

    table = affinity.finish_affinity(affinity.merge_affinity([none]), totals, NAMES, Items([], []))

    assert dict(table.schema) == AFFINITY
    assert table.is_empty()
    assert dict(affinity.telling_products(table).schema) == AFFINITY
