from __future__ import annotations

import json
import random
from itertools import product

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from engine.checked import Checked
from engine.features.rfm import NAMES, QUANTILES, RfmCuts, fm_score, quantiles, with_scores

SCORES = ["r_score", "f_score", "m_score"]
SCHEMA = {"recency_days": pl.Float64, "orders": pl.Int64, "revenue": pl.Float64}
PURCHASE = st.tuples(st.floats(0, 1e4), st.integers(1, 50), st.floats(-1e6, 1e9))
CUSTOMERS = st.lists(st.one_of(PURCHASE, st.tuples(st.none(), st.just(0), st.floats(-1e3, 0))), min_size=1, max_size=40)

Customer = tuple[float | None, int, float]


def customers(rows: list[Customer]) -> pl.LazyFrame:
    return pl.LazyFrame(rows, schema=SCHEMA, orient="row")


def cuts_of(rows: list[Customer]) -> RfmCuts:
    return RfmCuts.of(quantiles(customers(rows)).collect())


def scored(rows: list[Customer], cuts: RfmCuts | None = None) -> pl.DataFrame:
    return with_scores(customers(rows), cuts or cuts_of(rows)).collect()


@settings(deadline=None, max_examples=100)
@given(CUSTOMERS)
def test_cuts_are_order_statistics_of_the_buyers(rows: list[Customer]) -> None:
    buyers = [row for row in rows if row[1] > 0]
    columns = [sorted(float(row[place] or 0) for row in buyers) for place in range(3)]
    expected = [
        tuple(values[(len(values) - 1) * fifth // 5] for fifth in range(1, 5)) if values else () for values in columns
    ]

    assert cuts_of(rows) == RfmCuts(*expected)


@settings(deadline=None, max_examples=100)
@given(CUSTOMERS)
def test_scores_follow_the_values_and_equal_values_score_equally(rows: list[Customer]) -> None:
    buyers = scored(rows).filter(pl.col("orders") > 0)

    for score, value, descending in [
        ("r_score", "recency_days", True),
        ("f_score", "orders", False),
        ("m_score", "revenue", False),
    ]:
        assert buyers.sort(value, descending=descending)[score].is_sorted()
        assert buyers.group_by(value).agg(pl.col(score).n_unique())[score].to_list() == [1] * buyers[value].n_unique()
    assert buyers.select(SCORES).unpivot()["value"].is_between(1, 5).all()


@settings(deadline=None, max_examples=60)
@given(st.integers(5, 300), st.randoms(use_true_random=False))
def test_fifths_of_values_that_all_differ_are_as_equal_as_can_be(count: int, source: random.Random) -> None:
    rows: list[Customer] = [(float(number), number + 1, float(number)) for number in range(count)]
    source.shuffle(rows)

    table = scored(rows)

    for score in SCORES:
        sizes = table[score].value_counts()["count"].to_list()
        assert len(sizes) == 5
        assert max(sizes) - min(sizes) <= 1


def test_best_customers_score_five_and_worst_score_one() -> None:
    rows: list[Customer] = [(float(number), 11 - number, 110.0 - number) for number in range(1, 11)]

    table = scored(rows)

    assert table.select(SCORES).row(0) == (5, 5, 5)
    assert table.select(SCORES).row(-1) == (1, 1, 1)
    assert table["rfm_name"].to_list()[0] == "Champions"
    assert table["rfm_name"].to_list()[-1] == "Lost"


def test_where_most_bought_once_they_share_the_lowest_score_of_frequency() -> None:
    once: list[Customer] = [(1.0, 1, 5.0)] * 9

    table = scored([*once, (1.0, 2, 5.0)])

    assert table["f_score"].to_list() == [1] * 9 + [5]
    assert table["r_score"].n_unique() == table["m_score"].n_unique() == 1


def test_every_cell_has_one_name() -> None:
    cuts = RfmCuts((1.0, 2.0, 3.0, 4.0), (1.0, 2.0, 3.0, 4.0), (1.0, 2.0, 3.0, 4.0))
    rows: list[Customer] = [(6.0 - r, f, float(m)) for r, f, m in product(range(1, 6), repeat=3)]

    table = scored(rows, cuts).with_columns(fm=fm_score())

    assert table.select(SCORES).rows() == list(product(range(1, 6), repeat=3))
    assert table["fm"].to_list() == [(f + m + 1) // 2 for _, f, m in product(range(1, 6), repeat=3)]
    assert table["rfm_name"].to_list() == [NAMES[r][fm - 1] for r, fm in table.select("r_score", "fm").rows()]
    assert set(table["rfm_name"]) == {name for names in NAMES.values() for name in names}


def test_customers_without_a_purchase_score_lowest_and_move_no_cut() -> None:
    buyers: list[Customer] = [(float(number), number, float(number)) for number in range(1, 11)]
    others: list[Customer] = [(None, 0, -5.0), (None, 0, 0.0)]

    table = scored(buyers + others)

    assert cuts_of(buyers + others) == cuts_of(buyers)
    assert table.tail(2).select(*SCORES, "rfm_name").rows() == [(1, 1, 1, "Returns only")] * 2


@pytest.mark.parametrize("rows", [[], [(None, 0, 0.0)], [(None, 0, -1.0), (None, 0, -2.0)]])
def test_without_any_purchase_there_are_no_cuts_and_every_score_is_one(rows: list[Customer]) -> None:
    table = scored(rows)

    assert cuts_of(rows) == RfmCuts((), (), ())
    assert table.select(SCORES).rows() == [(1, 1, 1)] * len(rows)
    assert table.schema["rfm_name"] == pl.String


@settings(deadline=None, max_examples=50)
@given(CUSTOMERS)
def test_cuts_survive_json_to_the_bit(rows: list[Customer]) -> None:
    cuts = cuts_of(rows)

    assert RfmCuts.from_dict(Checked(json.loads(json.dumps(cuts.to_dict())))) == cuts


@settings(deadline=None, max_examples=50)
@given(CUSTOMERS, st.randoms(use_true_random=False))
def test_order_of_the_customers_changes_nothing(rows: list[Customer], source: random.Random) -> None:
    shuffled = list(rows)
    source.shuffle(shuffled)

    assert_frame_equal(scored(shuffled).sort(pl.all()), scored(rows).sort(pl.all()), check_exact=True)


def test_each_customer_alone_scores_as_among_all() -> None:
    rows: list[Customer] = [(float(number % 7), number % 5, number * 1.1) for number in range(50)]
    cuts = cuts_of(rows)

    alone = pl.concat(scored([row], cuts) for row in rows)

    assert_frame_equal(alone, scored(rows, cuts), check_exact=True)


def test_cuts_that_the_user_gives_are_taken_and_the_others_are_fifths() -> None:
    values = pl.DataFrame({f"{column} {q}": [q] for column in ("recency_days", "orders", "revenue") for q in QUANTILES})
    given = {"orders": (1.0, 2.0, 5.0, 10.0)}

    cuts = RfmCuts.of(values, given)

    assert cuts.orders == given["orders"]
    assert cuts.recency_days == cuts.revenue == QUANTILES
