from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from polars.testing import assert_frame_equal

from engine.features.categories import TASTE_CATEGORIES, largest_categories, share_name
from engine.intake.products import item_totals
from tests.features.builders import LINES, Line, feature_table, products


def totals(**spend: int) -> pl.DataFrame:
    return pl.DataFrame({"item": list(spend), "spend": list(spend.values())})


@settings(deadline=None, max_examples=100)
@given(LINES)
def test_totals_are_what_was_bought_by_category(lines: list[Line]) -> None:
    names = sorted({line.category for line in lines if line.category is not None})
    spend = [sum(line.amount for line in lines if line.bought and line.category == name) for name in names]
    expected = pl.DataFrame({"item": names, "spend": spend}, schema={"item": pl.String, "spend": pl.Int64})

    assert_frame_equal(item_totals(products(lines), "category"), expected, check_exact=True)


def test_largest_categories_come_in_the_order_of_their_names() -> None:
    assert largest_categories(totals(Toys=5, Art=3, Garden=9)) == ["Art", "Garden", "Toys"]


@pytest.mark.parametrize("reverse", [False, True])
def test_of_equal_categories_the_first_by_name_are_taken(reverse: bool) -> None:  # noqa: FBT001
    names = [f"c{number:02}" for number in range(TASTE_CATEGORIES + 3)]
    spend = dict.fromkeys(sorted(names, reverse=reverse), 7)

    assert largest_categories(totals(**{**spend, "c14": 8})) == [*names[: TASTE_CATEGORIES - 1], "c14"]


def test_categories_without_spend_get_no_feature() -> None:
    assert largest_categories(totals(Art=0, Toys=1)) == ["Toys"]
    assert largest_categories(item_totals(products([]), "category")) == []


@pytest.mark.parametrize("amounts", [{"Toys": 5, "Art": 5, "Garden": 4}, {"Toys": 0, "Art": 0}])
def test_favourite_of_equal_categories_is_the_first_by_name(amounts: dict[str, int]) -> None:
    lines = [Line(category=name, amount=amount) for name, amount in amounts.items()]

    assert feature_table(lines, [])["top_category"].to_list() == ["Art"]


def test_spend_of_several_lines_makes_the_favourite() -> None:
    lines = [Line(category="Art", amount=5), Line(category="Toys", amount=3), Line(category="Toys", amount=3)]

    assert feature_table(lines, []).select("top_category", "top_category_share", "categories").row(0) == (
        "Toys",
        6 / 11,
        2,
    )


def test_shares_of_all_categories_add_up_to_the_whole() -> None:
    lines = [
        Line(category="Art", amount=1),
        Line(category="Toys", amount=2),
        Line(category="Garden", amount=5),
        Line(amount=99),
    ]

    row = feature_table(lines, ["Art", "Garden", "Toys", "Wine"]).row(0, named=True)

    assert [row[share_name(each)] for each in ("Art", "Garden", "Toys", "Wine")] == [0.125, 0.625, 0.25, 0.0]


def test_returns_do_not_touch_tastes() -> None:
    lines = [
        Line(category="Art", amount=5, product_id="p"),
        Line(category="Toys", quantity=-1_000, amount=-99, product_id="q"),
        Line(category="Art", amount=-5, product_id="r"),
    ]

    assert feature_table(lines, []).select("products", "categories", "top_category", "top_category_share").row(0) == (
        1,
        1,
        "Art",
        1.0,
    )


def test_without_spend_there_are_no_shares() -> None:
    row = feature_table([Line(category="Art", amount=0)], ["Art"]).row(0, named=True)

    assert (row["top_category_share"], row[share_name("Art")]) == (None, None)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (Line(product_id="p"), (1, None)),
        (Line(category="Art"), (None, 1)),
        (Line(product_id="p", category="Art"), (1, 1)),
    ],
)
def test_customers_of_products_or_categories_only_are_both_there(
    line: Line, expected: tuple[int | None, int | None]
) -> None:
    assert feature_table([line], []).select("customer_id", "products", "categories").rows() == [("a", *expected)]


def test_names_of_categories_may_be_anything() -> None:
    names = ["*", "^c.*$", "customer_id", "", "spend", "Näh 'Zeug'"]

    row = feature_table([Line(category=name, amount=1) for name in names], names).row(0, named=True)

    assert {row[share_name(name)] for name in names} == {1 / 6}
