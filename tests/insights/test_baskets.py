from __future__ import annotations

import math
from itertools import combinations, permutations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.insights import baskets
from engine.insights.baskets import Counts, Items, Thirds
from engine.intake.rules import GIANT_BASKET
from engine.schema import CODE

TOY = (
    ("Milk", "Onion", "Nutmeg", "Kidney Beans", "Eggs", "Yogurt"),
    ("Dill", "Onion", "Nutmeg", "Kidney Beans", "Eggs", "Yogurt"),
    ("Milk", "Apple", "Kidney Beans", "Eggs"),
    ("Milk", "Unicorn", "Corn", "Kidney Beans", "Yogurt"),
    ("Corn", "Onion", "Onion", "Kidney Beans", "Ice cream", "Eggs"),
)
"""The five baskets of mlxtend's documentation."""

_baskets = st.lists(st.lists(st.integers(0, 7), min_size=1, max_size=7), min_size=1, max_size=25)
"""Orders of up to seven lines; items from 5 on are not looked at."""
LOOKED_AT = 5


def frame(orders: list[list[int]]) -> pl.DataFrame:
    rows = {CODE: range(len(orders)), "day": [None] * len(orders), "items": orders}
    return pl.DataFrame(rows, schema={CODE: pl.UInt32, "day": pl.Date, "items": pl.List(pl.UInt16)})


def count(orders: list[list[int]], items: int, segments: list[int] | None = None, k: int = 1) -> Counts:
    counts = Counts.none(k, items)
    counts.add(frame(orders), np.array(segments or [1] * len(orders)))
    return counts


def rules(orders: list[list[int]], items: Items, support: float) -> pl.DataFrame:
    """Return all rules of frequent pairs and triples."""
    together = count(orders, len(items)).together.sum(axis=0)
    pairs = baskets.frequent(together, len(orders), support)
    thirds = Thirds(pairs, len(items))
    thirds.add(frame(orders))
    triples = baskets.rules_of_triples(thirds, together, len(orders), support)
    return baskets.finish_rules(pl.concat([baskets.rules_of_pairs(pairs, len(orders), len(items)), triples]), items)


def toy() -> tuple[list[list[int]], Items]:
    names = sorted({name for order in TOY for name in order})
    return [[names.index(name) for name in order] for order in TOY], Items(names, names)


def test_the_published_toy_has_its_published_itemsets_and_rules() -> None:
    orders, items = toy()

    table = rules(orders, items, support=0.6)

    single = (np.diagonal(count(orders, len(items)).together[0]) >= 3).sum()
    sets = {frozenset([*row["antecedents"], row["consequent"]]) for row in table.iter_rows(named=True)}
    assert single + len(sets) == 11
    found = {(*row["antecedents"], row["consequent"]): row for row in table.iter_rows(named=True)}
    onion, eggs = found["Onion", "Eggs"], found["Eggs", "Onion"]
    figures = ("support", "confidence", "lift", "leverage", "zhang")
    assert [onion[name] for name in figures] == pytest.approx([0.6, 1.0, 1.25, 0.12, 0.5])
    assert math.isinf(onion["conviction"])
    assert (eggs["confidence"], eggs["conviction"]) == pytest.approx((0.75, 1.6))
    assert eggs["lift"] == onion["lift"]


@settings(max_examples=60, deadline=None)
@given(orders=_baskets, support=st.sampled_from([0.05, 0.2, 0.5]))
def test_rules_equal_a_brute_force_count(orders: list[list[int]], support: float) -> None:
    items = Items([str(number) for number in range(LOOKED_AT)], ["x"] * LOOKED_AT)
    held = [{item for item in order if item < LOOKED_AT} for order in orders]

    def share(*wanted: int) -> float:
        return sum(set(wanted) <= order for order in held) / len(orders)

    expected = {}
    for size in (2, 3):
        for several in combinations(range(LOOKED_AT), size):
            # A triple is looked for among those that hold a frequent pair: all frequent triples do.
            if share(*several) >= support and share(*several) > 0:
                for consequent in several:
                    expected[tuple(sorted(set(several) - {consequent})), consequent] = several

    table = rules(orders, items, support)

    found = {(tuple(map(int, row["antecedents"])), int(row["consequent"])): row for row in table.iter_rows(named=True)}
    assert found.keys() == expected.keys()
    assert table.height == len(found)
    for (antecedents, consequent), row in found.items():
        both, one, other = share(*antecedents, consequent), share(*antecedents), share(consequent)
        assert row["orders"] == round(both * len(orders))
        assert row["support"] == pytest.approx(both)
        assert row["confidence"] == pytest.approx(both / one)
        assert row["lift"] == pytest.approx(both / one / other)
        assert row["leverage"] == pytest.approx(both - one * other)
        assert row["lift_low"] <= row["lift"] <= row["lift_high"]
        most = max(both * (1 - one), one * (other - both))
        assert row["zhang"] == pytest.approx((both - one * other) / most if most > 1e-12 else 0.0)
        if math.isinf(row["conviction"]):
            assert both == one
        else:
            assert row["conviction"] == pytest.approx((1 - other) / (1 - both / one))


@settings(max_examples=40, deadline=None)
@given(orders=_baskets, data=st.data())
def test_counts_of_segments_and_of_shards_add_up(orders: list[list[int]], data: st.DataObject) -> None:
    segments = data.draw(st.lists(st.integers(1, 3), min_size=len(orders), max_size=len(orders)))
    cut = data.draw(st.integers(0, len(orders)))
    whole = count(orders, LOOKED_AT)

    parts = Counts.none(3, LOOKED_AT)
    for some in (slice(None, cut), slice(cut, None)):
        parts.add(frame(orders[some]), np.array(segments[some], dtype=np.int64))

    assert (parts.together.sum(axis=0) == whole.together[0]).all()
    for segment in (1, 2, 3):
        own = [order for order, of in zip(orders, segments, strict=True) if of == segment]
        assert (parts.together[segment - 1] == count(own, LOOKED_AT).together[0]).all()
        assert parts.orders[segment - 1] == len(own)


def test_giant_orders_are_left_out_and_told() -> None:
    giant = [number % 5 for number in range(GIANT_BASKET)]
    orders = [[0, 1], giant, [0, 1, 2]]

    counts = count(orders, LOOKED_AT)

    assert counts.together[0, 0, 1] == 2
    assert counts.orders.sum() == 2
    assert counts.giant == {"orders": 1, "lines": GIANT_BASKET}


def test_a_triple_is_told_where_it_says_more_than_its_pairs() -> None:
    """Bread and butter each go with jam now and then, both together nearly always; milk goes with either as well."""
    bread, butter, jam, milk = range(4)
    orders = (
        [[bread, butter, jam]] * 180 + [[bread, butter]] * 20 + [[bread]] * 400 + [[butter]] * 400 + [[bread, jam]] * 20
    )
    orders += [[jam]] * 50 + [[milk, bread]] * 400 + [[milk, butter]] * 400 + [[milk, bread, butter]] * 100
    together = count(orders, 4).together.sum(axis=0)
    thirds = Thirds(baskets.frequent(together, len(orders), None), 4)
    thirds.add(frame(orders))

    told = baskets.telling(baskets.rules_of_triples(thirds, together, len(orders), None), thirds, together)

    said = {(tuple(row["antecedents"]), row["consequent"]) for row in told.iter_rows(named=True)}
    assert ((bread, butter), jam) in said
    assert all(milk not in {*antecedents, consequent} for antecedents, consequent in said)


def test_pairs_of_chance_are_not_telling() -> None:
    """Of 200 items thrown together at random, none goes with another: hardly any pair seems to."""
    dice = np.random.default_rng(5)
    orders = [list(map(int, dice.choice(200, 6))) for _ in range(20_000)]
    together = count(orders, 200).together.sum(axis=0)

    found = baskets.rules_of_pairs(baskets.frequent(together, len(orders), None), len(orders), 200)

    assert found.height > 1_000
    assert found.filter(pl.col("lift_low") > 1).is_empty()


def test_rare_pairs_that_chance_made_frequent_are_not_telling() -> None:
    """Of 200 items thrown together at random any two meet in 12 orders: those that meet in 20 do so by chance."""
    dice = np.random.default_rng(5)
    orders = [list(map(int, dice.choice(200, 4))) for _ in range(40_000)]
    together = count(orders, 200).together.sum(axis=0)

    pairs = baskets.frequent(together, len(orders), None)
    found = baskets.rules_of_pairs(pairs, len(orders), baskets.looked_at(together, len(orders), None))

    assert 50 < pairs.height < 1_000
    assert found.filter(pl.col("lift_low") > 1).is_empty()


def test_pairs_of_a_segment_are_those_of_its_own_orders() -> None:
    orders = [[0, 1]] * 60 + [[0, 2]] * 60 + [[3]] * 300
    segments = [1] * 60 + [2] * 60 + [1, 2, 2] * 100
    counts = count(orders, 5, segments, k=2)
    pairs = baskets.frequent(counts.together.sum(axis=0), len(orders), None)
    names = pl.DataFrame({"segment": [1, 2], "segment_name": ["One", "Two"]})

    found = baskets.pairs_of_segments(counts, pairs)
    table = baskets.finish_segment_pairs(found, names, Items(list("abcde"), list("ABCDE")))

    assert table.select("segment", "first", "second_label", "orders").rows() == [(1, "a", "B", 60), (2, "a", "C", 60)]
    assert table["support"].to_list() == [60 / 160, 60 / 260]
    assert table["lift"].to_list() == pytest.approx([160 / 60, 260 / 60])
    assert table["overall_lift"].to_list() == pytest.approx([420 / 120, 420 / 120])


def test_no_orders_give_empty_tables() -> None:
    items = Items([], [])
    counts = Counts.none(2, 0)
    counts.add(frame([]), np.array([], dtype=np.int64))
    pairs = baskets.frequent(counts.together.sum(axis=0), 0, None)

    table = baskets.finish_rules(baskets.rules_of_pairs(pairs, 0, 0), items)

    assert table.is_empty()
    assert dict(table.schema) == baskets.RULES
    names = pl.DataFrame({"segment": [1, 2], "segment_name": ["One", "Two"]})
    own = baskets.finish_segment_pairs(baskets.pairs_of_segments(counts, pairs), names, items)
    assert dict(own.schema) == baskets.SEGMENT_PAIRS


def test_rules_are_ranked_by_what_is_sure_and_not_by_luck() -> None:
    """Three lucky orders with an enormous lift stand below thousands with a large one."""
    orders = [[0, 1]] * 1_000 + [[2, 3]] * 3 + [[4]] * 9_000

    table = rules(orders, Items(list("abcde"), list("abcde")), support=0.0001)

    assert [{*row["antecedents"], row["consequent"]} for row in table.iter_rows(named=True)] == [
        {"a", "b"},
        {"a", "b"},
        {"c", "d"},
        {"c", "d"},
    ]
    assert table["lift"][2] > table["lift"][0] * 100


@pytest.mark.parametrize("order", list(permutations(range(3))), ids=str)
def test_the_order_of_the_orders_changes_nothing(order: tuple[int, ...]) -> None:
    given_orders = [[0, 1, 2], [0, 1], [1, 2, 2]]

    table = rules([given_orders[place] for place in order], Items(list("abc"), list("abc")), support=0.3)

    assert table.equals(rules(given_orders, Items(list("abc"), list("abc")), support=0.3))
