from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from engine.errors import ColumnError
from engine.intake.roles import OPTIONS, Role
from engine.intake.vocabulary import ROLES
from tests.intake.builders import roles_of
from tests.intake.header_rows import expected, shop, table
from tests.intake.headers_english import ENGLISH
from tests.intake.headers_known import SYSTEMS
from tests.intake.headers_languages import LANGUAGES

Columns = dict[str, list[str | None]]
GENERAL = {**ENGLISH, **LANGUAGES}

DATES = ["2020-01-01", "2020-02-13"]
NUMBERS = ["1.50", "20"]
TEXTS = ["some", "words"]


def played(columns: dict[str, list[str | None]], **given: str) -> dict[str, str]:
    return {each.role: each.column for each in roles_of(columns, **given).found}


@pytest.mark.parametrize(
    ("customer", "date", "amount"),
    [("customer", "date", "amount"), ("Kundennummer", "Bestelldatum", "Umsatz"), ("user_id", "created_at", "total")],
)
def test_three_columns_are_enough(customer: str, date: str, amount: str) -> None:
    found = played({amount: [*NUMBERS], date: [*DATES], customer: [*TEXTS]})

    assert found == {"customer": customer, "date": date, "amount": amount}


def test_dates_under_any_name_are_found_where_only_one_column_holds_them() -> None:
    roles = roles_of({"customer": [*TEXTS], "amount": [*NUMBERS], "wann": [*DATES]})

    assert roles.column("date") == "wann"
    assert {each.role: each.reason for each in roles.found}["date"] == "the only column that holds dates"


def test_of_two_nameless_columns_of_dates_none_is_guessed() -> None:
    with pytest.raises(ColumnError, match="found no date column"):
        roles_of({"customer": [*TEXTS], "amount": [*NUMBERS], "wann": [*DATES], "bis": [*DATES]})


def test_numbers_of_eight_digits_are_not_guessed_to_be_dates() -> None:
    with pytest.raises(ColumnError, match="found no date column"):
        roles_of({"customer": [*TEXTS], "amount": [*NUMBERS], "belegnr": ["20200101", "20200213"]})


@pytest.mark.parametrize(
    ("wrong", "right", "role"),
    [
        ({"order date": [*TEXTS]}, {"day": [*DATES]}, "date"),
        ({"amount": [*TEXTS]}, {"total": [*NUMBERS]}, "amount"),
        ({"quantity": [*TEXTS]}, {"count": [*NUMBERS]}, "quantity"),
        ({"unit price": ["cheap", "dear"]}, {"cena": [*NUMBERS]}, "price"),
    ],
)
def test_fitting_name_over_wrong_values_is_not_taken(
    wrong: dict[str, list[str | None]], right: dict[str, list[str | None]], role: str
) -> None:
    base: dict[str, list[str | None]] = {"customer": [*TEXTS], "sales": [*NUMBERS], "ordered at": [*DATES]}
    without = {
        name: values
        for name, values in base.items()
        if (role, name) not in {("date", "ordered at"), ("amount", "sales")}
    }

    assert played({**wrong, **without, **right})[role] == next(iter(right))


def test_given_columns_come_first() -> None:
    columns: dict[str, list[str | None]] = {
        "customer": [*TEXTS],
        "household": [*TEXTS],
        "date": [*DATES],
        "amount": [*NUMBERS],
    }

    roles = roles_of(columns, customer="household")

    assert roles.column("customer") == "household"
    assert {each.role: each.reason for each in roles.found}["customer"] == "named by you"


def test_column_given_to_one_role_is_not_guessed_for_another() -> None:
    columns: dict[str, list[str | None]] = {
        "customer": [*TEXTS],
        "order id": [*TEXTS],
        "date": [*DATES],
        "amount": [*NUMBERS],
    }

    assert played(columns, customer="order id") == {"customer": "order id", "date": "date", "amount": "amount"}


def test_second_best_column_is_named() -> None:
    columns: dict[str, list[str | None]] = {
        "email": [*TEXTS],
        "customer id": [*TEXTS],
        "date": [*DATES],
        "total": [*NUMBERS],
        "amount": [*NUMBERS],
    }

    second = {each.role: each.runner_up for each in roles_of(columns).found}

    assert (second["customer"], second["amount"], second["date"]) == ("email", "total", None)


def test_unknown_column_names_the_columns_and_the_nearest() -> None:
    columns: dict[str, list[str | None]] = {"customer": [*TEXTS], "date": [*DATES], "amount": [*NUMBERS]}

    with pytest.raises(
        ColumnError, match=r"(?s)--customer names a column 'custmer'.*Did you mean 'customer'\?.*customer, date, amount"
    ):
        roles_of(columns, customer="custmer")


@pytest.mark.parametrize(
    ("columns", "finding", "option"),
    [
        ({"when": [*DATES], "amount": [*NUMBERS]}, "found no customer column", "--customer COLUMN"),
        ({"customer": [*TEXTS], "amount": [*NUMBERS]}, "found no date column", "--date COLUMN"),
        (
            {"customer": [*TEXTS], "date": [*DATES]},
            r"found no amount \(or unit price\) column",
            "--amount or --price COLUMN",
        ),
        (
            {"one": [*TEXTS], "two": [*TEXTS]},
            "no customer and no date and no amount",
            "--customer COLUMN --date COLUMN --amount",
        ),
    ],
)
def test_missing_roles_name_the_columns_seen_and_the_options(
    columns: dict[str, list[str | None]], finding: str, option: str
) -> None:
    with pytest.raises(
        ColumnError, match=rf"(?s)shop\.csv: .*{finding}.*Columns seen: {', '.join(columns)}\..*{option}"
    ):
        roles_of(columns)


def test_unit_price_alone_gives_money() -> None:
    columns: dict[str, list[str | None]] = {"customer": [*TEXTS], "date": [*DATES], "price": [*NUMBERS]}

    assert played(columns) == {"customer": "customer", "date": "date", "price": "price"}


@pytest.mark.parametrize("row", [*SYSTEMS, *GENERAL])
def test_each_role_is_found_among_distracting_columns(row: str) -> None:
    written = {**SYSTEMS, **GENERAL}[row]

    assert played(table(written)) == expected(written)


@pytest.mark.parametrize("row", GENERAL)
def test_order_of_columns_makes_no_difference(row: str) -> None:
    columns = table(GENERAL[row])

    assert played(dict(reversed(columns.items()))) == expected(GENERAL[row])


@pytest.mark.parametrize("row", SYSTEMS)
def test_what_a_layout_tells_is_given_as_the_reason(row: str) -> None:
    roles = roles_of(table(SYSTEMS[row]))

    assert roles.layout is not None
    assert {each.reason for each in roles.found if each.role in {"customer", "date", "amount", "price"}} == {
        f"known from the layout of {roles.layout.name}"
    }


def test_every_role_has_an_option() -> None:
    assert OPTIONS["product_name"] == "--product-name"
    assert tuple(OPTIONS) == ROLES


def test_given_columns_overrule_a_layout() -> None:
    columns = table(SYSTEMS["Superstore"])

    found = played(columns, customer="Customer Name", amount="Profit")

    assert (found["customer"], found["amount"], found["order"]) == ("Customer Name", "Profit", "Order ID")


def test_column_given_away_from_its_role_in_a_layout_leaves_that_role_empty() -> None:
    assert "country" not in played(table(SYSTEMS["Superstore"]), category="Country")


def test_given_price_is_not_outdone_by_an_amount_that_was_found() -> None:
    found = played(table(SYSTEMS["Superstore"]), price="Profit")

    assert (found["price"], found.get("amount")) == ("Profit", None)


def test_layout_takes_a_column_that_is_filled() -> None:
    columns = table(SYSTEMS["Stripe"])
    columns["Customer ID"] = [None] * len(shop())

    customer = next(each for each in roles_of(columns).found if each.role == "customer")

    assert customer.column == "Customer Email"
    assert "Customer ID is mostly blank" in customer.reason


def test_further_columns_beside_a_layout_are_found_by_name_where_they_do_no_harm() -> None:
    row = f"{SYSTEMS['UCI']}|Category=category|Order Total=order_total|Currency=currency"

    assert played(table(row)) == expected(row)


def test_known_data_without_dates_fails_and_says_what_it_is() -> None:
    columns: Columns = {
        name: [*NUMBERS]
        for name in ("household_key", "BASKET_ID", "DAY", "PRODUCT_ID", "QUANTITY", "SALES_VALUE", "WEEK_NO")
    }

    with pytest.raises(ColumnError, match=r"(?s)found no date column.*looks like dunnhumby.*no dates"):
        roles_of(columns)


def by_role(columns: Columns) -> dict[str, Role]:
    return {each.role: each for each in roles_of(columns).found}


def test_reasons_hold_the_evidence() -> None:
    found = by_role(table(GENERAL["de"]))

    assert found["date"].reason == "its name, and 100% of values are dates"
    assert found["customer"].reason == f"its name, and 15 different values on {len(shop())} lines"
    assert found["currency"].reason == "its name, and 100% of values are signs or codes of currencies"
    assert (
        by_role(table(GENERAL["en prefixed"]))["amount"].reason.endswith("each the quantity times the price") is False
    )


def test_nearly_equal_candidates_are_close_and_others_are_not() -> None:
    found = by_role(
        table(
            "customer_id=customer|account_id=shop|email=email|order date=date|invoice date=later|total=amount|city=city"
        )
    )

    assert (found["customer"].runner_up, found["customer"].close) == ("account_id", True)
    assert (found["date"].runner_up, found["date"].close) == ("invoice date", True)
    assert (found["amount"].runner_up, found["amount"].close) == (None, False)
    assert not by_role(table("customer_id=customer|email=email|date=date|total=amount"))["customer"].close


def test_columns_that_tell_the_same_apart_are_not_close() -> None:
    found = by_role(table("user_id=customer|member_id=customer|date=date|total=amount"))

    assert (found["customer"].column, found["customer"].runner_up, found["customer"].close) == (
        "user_id",
        "member_id",
        False,
    )


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("file", "renamed"),
    [
        ("online_retail.csv", {"StockCode": "Article"}),
        ("superstore_mixed_dates.csv", {"Sub-Category": "Kind", "Ship Date": "Shipped"}),
        ("shopify_orders_fictional.csv", {"Created at": "Order date", "Name": "Order", "Lineitem name": "Item"}),
    ],
)
def test_real_exports_under_other_names_play_the_same_roles(
    real_data: Path, file: str, renamed: dict[str, str]
) -> None:
    frame = pl.read_csv(real_data / file, infer_schema=False, n_rows=3_000)
    known = {role: renamed.get(column, column) for role, column in played(frame.to_dict(as_series=False)).items()}

    roles = roles_of(frame.rename(renamed).to_dict(as_series=False))
    found = {each.role: each.column for each in roles.found}

    assert roles.layout is None
    needed = ("customer", "order", "date", "quantity", "price", "amount")
    assert {role: found.get(role) for role in needed} == {role: known.get(role) for role in needed}
