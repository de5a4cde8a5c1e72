from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from engine.features.categories import category_spend
from engine.features.lines import ITEM
from engine.insights.affinity import item_spend, net_spend
from engine.schema import CODE
from tests.features.builders import LINES, Engine, Line, feature_table, shard, table_of

CATEGORIES = ["Art", "Toys"]


@settings(deadline=None, max_examples=100)
@given(LINES, st.sampled_from(["in-memory", "streaming"]))
def test_numbers_in_place_of_texts_change_no_feature(lines: list[Line], engine: Engine) -> None:
    by_number = table_of(shard(lines), CATEGORIES, engine=engine).drop(CODE)

    assert_frame_equal(by_number, feature_table(lines, CATEGORIES), check_exact=True)


@settings(deadline=None, max_examples=100)
@given(LINES)
def test_spend_by_item_is_net_and_never_below_zero(lines: list[Line]) -> None:
    net: dict[tuple[str, bool], int] = {}
    for line in lines:
        key = (line.customer_id, line.category == "Toys")
        net[key] = net.get(key, 0) + line.amount

    lf = shard(lines)
    customers = table_of(lf, []).select("customer_id", CODE)
    expected = {key: max(amount, 0) for key, amount in net.items()}

    by_line, by_category = (
        {(row["customer_id"], row[ITEM] is not None): row["spend"] for row in spend.iter_rows(named=True)}
        for spend in (
            each.collect().join(customers, on=CODE) for each in (item_spend(lf), net_spend(category_spend(lf)))
        )
    )

    assert by_line == expected
    toys = {key: amount for key, amount in expected.items() if key[1]}
    assert {key: amount for key, amount in by_category.items() if key[1]} == toys
