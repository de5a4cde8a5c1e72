from __future__ import annotations

import pytest

from engine.errors import ColumnError
from tests.intake.builders import roles_of

DATES = ["2020-01-01", "2020-02-13"]
NUMBERS = ["1.50", "20"]
TEXTS = ["some", "words"]


def played(columns: dict[str, list[str | None]], **given: str) -> dict[str, str]:
    return {each.role: each.column for each in roles_of(columns, **given).found}


def test_uci_online_retail() -> None:
    columns: dict[str, list[str | None]] = {
        "InvoiceNo": ["536365", "C536379"],
        "StockCode": ["85123A", "D"],
        "Description": ["WHITE HANGING HEART T-LIGHT HOLDER", "Discount"],
        "Quantity": ["6", "-1"],
        "InvoiceDate": ["2010-12-01 08:26:00", "2010-12-13 09:41:00"],
        "UnitPrice": ["2.55", "27.5"],
        "CustomerID": ["17850.0", "14527.0"],
        "Country": ["United Kingdom", "United Kingdom"],
    }

    assert played(columns) == {
        "customer": "CustomerID",
        "order": "InvoiceNo",
        "product": "StockCode",
        "product_name": "Description",
        "date": "InvoiceDate",
        "quantity": "Quantity",
        "price": "UnitPrice",
    }


def test_superstore() -> None:
    columns: dict[str, list[str | None]] = {
        "Row ID": ["1", "2"],
        "Order ID": ["CA-2016-152156", "CA-2016-138688"],
        "Order Date": ["11-08-16", "4/15/2017"],
        "Ship Date": ["11-11-16", "4/20/2017"],
        "Customer ID": ["CG-12520", "DV-13045"],
        "Customer Name": ["Claire Gute", "Darrin Van Huff"],
        "Segment": ["Consumer", "Corporate"],
        "Postal Code": ["42420", "90036"],
        "Product ID": ["FUR-BO-10001798", "OFF-LA-10000240"],
        "Category": ["Furniture", "Office Supplies"],
        "Sub-Category": ["Bookcases", "Labels"],
        "Product Name": ["Bush Somerset Collection Bookcase", "Self-Adhesive Labels"],
        "Sales": ["261.96", "14.62"],
        "Quantity": ["2", "2"],
        "Discount": ["0", "0"],
        "Profit": ["41.9136", "6.8714"],
    }

    assert played(columns) == {
        "customer": "Customer ID",
        "order": "Order ID",
        "product": "Product ID",
        "product_name": "Product Name",
        "category": "Category",
        "date": "Order Date",
        "quantity": "Quantity",
        "amount": "Sales",
    }


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
