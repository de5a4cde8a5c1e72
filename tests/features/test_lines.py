from __future__ import annotations

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from engine.features.catalogue import catalogue
from engine.features.categories import category_spend, product_spend
from engine.features.lines import ITEM
from engine.insights.affinity import category_items, product_items
from engine.schema import CODE
from tests.features.builders import LINES, Engine, Line, feature_table, products, shard, table_of

CATEGORIES = ["Art", "Toys"]


@settings(deadline=None, max_examples=100)
@given(LINES, st.sampled_from(["in-memory", "streaming"]))
def test_numbers_in_place_of_texts_change_no_feature(lines: list[Line], engine: Engine) -> None:
    by_number = table_of(shard(lines), CATEGORIES, engine=engine).drop(CODE)

    assert_frame_equal(by_number, feature_table(lines, CATEGORIES), check_exact=True)


@settings(deadline=None, max_examples=100)
@given(LINES)
def test_spend_by_item_is_net_of_returns(lines: list[Line]) -> None:
    net: dict[tuple[str, str | None], int] = {}
    by_category: dict[tuple[str, str | None], int] = {}
    for line in lines:
        category = "Toys" if line.category == "Toys" else None
        by_category[line.customer_id, category] = by_category.get((line.customer_id, category), 0) + line.amount
        net[line.customer_id, line.product_id] = net.get((line.customer_id, line.product_id), 0) + line.amount
    lf = shard(lines)
    customers = table_of(lf, []).select("customer_id", CODE)
    known = catalogue(products(lines))["product_id"].to_list()

    of_categories = category_items(category_spend(lf)).collect().join(customers, on=CODE)
    of_products = product_items(product_spend(lf), 1).collect().join(customers, on=CODE)

    found: dict[tuple[str, str | None], int] = {}
    for row in of_categories.iter_rows(named=True):
        key = row["customer_id"], None if row[ITEM] is None else "Toys"
        found[key] = found.get(key, 0) + row["spend"]
    assert found == by_category
    # The most bought product alone is compared.
    for row in of_products.filter(pl.col(ITEM).is_not_null()).iter_rows(named=True):
        assert row[ITEM] == 0
        assert row["spend"] == net[row["customer_id"], known[0]]
    assert of_products["spend"].sum() == sum(net.values())
