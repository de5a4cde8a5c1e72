from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import ColumnError
from tests.intake.builders import roles_of
from tests.intake.header_rows import expected, shop, table
from tests.intake.test_roles import Columns, by_role, played


def test_customers_come_back_where_lines_do_not() -> None:
    assert played(table("customer_no=row|client_id=customer|date=date|amount=amount"))["customer"] == "client_id"


def test_customer_has_one_value_in_an_order() -> None:
    row = "account_id=position|user_id=customer|order_id=order|date=date|amount=amount"

    assert played(table(row))["customer"] == "user_id"


def test_one_account_for_all_is_no_customer() -> None:
    columns = table("email=email|date=date|amount=amount")
    columns["account_id"] = ["shop-1"] * len(shop())

    assert played(columns)["customer"] == "email"


def test_date_that_never_changes_for_a_customer_is_not_the_orders() -> None:
    row = "customer_id=customer|created_at=joined|timestamp=date|amount=amount"

    assert played(table(row))["date"] == "timestamp"


def test_date_without_a_telling_name_is_found_beside_a_birth_date() -> None:
    found = by_role(table("customer_id=customer|birth_date=joined|wann=date|amount=amount"))["date"]

    assert (found.column, found.reason, found.runner_up) == (
        "wann",
        "the only column that holds dates of orders",
        "birth_date",
    )


def test_of_nameless_dates_the_one_that_changes_for_a_customer_is_taken() -> None:
    assert played(table("customer_id=customer|x1=joined|x2=date|amount=amount"))["date"] == "x2"


@pytest.mark.parametrize("name", ["name", "type of product", "group"])
def test_column_that_belongs_to_the_customer_is_no_product_and_no_category(name: str) -> None:
    found = played(table(f"{name}=person|customer_id=customer|date=date|amount=amount"))

    assert name not in found.values()


def test_single_column_of_decimals_is_the_amount() -> None:
    found = by_role(table("customer_id=customer|date=date|xyz=amount|zip=zip|age=age"))

    assert (found["amount"].column, found["amount"].reason) == ("xyz", "the only column of decimal numbers")


def test_single_column_of_decimals_that_does_not_grow_with_the_quantity_is_the_price() -> None:
    found = played(table("customer_id=customer|date=date|xyz=price|sku=product|quantity=quantity"))

    assert found["price"] == "xyz"


@pytest.mark.parametrize("row", ["a=amount|b=listed", "weight=weight", "tax=tax", "zip=zip", "latitude=zip"])
def test_money_is_not_guessed_where_it_is_not_sure(row: str) -> None:
    with pytest.raises(ColumnError, match="found no amount"):
        roles_of(table(f"customer_id=customer|date=date|{row}"))


def test_amount_that_is_quantity_times_price_wins_over_other_totals() -> None:
    row = (
        "user_id=customer|date=date|sku=product|quantity=quantity|price=price|total amount=discount|order value=amount"
    )

    found = by_role(table(row))["amount"]

    assert found.column == "order value"
    assert found.reason.endswith("each the quantity times the price")


def test_total_of_the_order_on_each_line_gives_way_to_prices() -> None:
    roles = roles_of(
        table("order_id=order|user_id=customer|date=date|sku=product|qty=quantity|price=price|total=order_total")
    )

    assert (roles.column("price"), roles.column("amount"), roles.order_total) == ("price", None, False)
    assert "total is the total of the order" in next(each.reason for each in roles.found if each.role == "price")


def test_total_of_the_order_on_each_line_is_marked_where_nothing_else_is_there() -> None:
    row = "order_id=order|user_id=customer|date=date|sku=product|total="

    assert roles_of(table(f"{row}order_total")).order_total
    assert not roles_of(table(f"{row}amount")).order_total


def test_converted_amount_alone_is_the_amount() -> None:
    assert played(table("user_id=customer|date=date|converted amount=amount"))["amount"] == "converted amount"


def test_amount_in_a_named_currency_stands_beside_the_original_one() -> None:
    row = "user_id=customer|date=date|currency=currency|total=amount|total_eur=converted_amount"

    assert played(table(row)) == expected(row)


@pytest.mark.parametrize(
    "row",
    [
        "currency=city|user_id=customer|date=date|amount=amount",
        "status=order|user_id=customer|date=date|amount=amount",
        "country=zip|user_id=customer|date=date|amount=amount",
        "description=price|user_id=customer|date=date|amount=amount",
        "product=price|user_id=customer|date=date|amount=amount",
    ],
)
def test_values_overrule_names(row: str) -> None:
    name = row.partition("=")[0]

    found = played(table(f"{row}|order_id=order"))

    assert found.get(name) != name


CELLS = st.none() | st.text(max_size=8) | st.sampled_from(["0", "-1", "1e9", "12,5", "2020-01-01", "20200101", "EUR"])
NAMES = st.sampled_from(["customer", "order id", "date", "total", "price", "quantity", "sku", "currency", "wer"])


@settings(deadline=None, max_examples=150)
@given(columns=st.dictionaries(NAMES, st.lists(CELLS, min_size=6, max_size=6), min_size=1), named=st.booleans())
def test_any_cells_give_roles_or_a_clear_error(columns: Columns, *, named: bool) -> None:
    columns = columns if named else {f"column_{number}": values for number, values in enumerate(columns.values(), 1)}

    try:
        found = roles_of(columns).found
    except ColumnError as error:
        assert "Columns seen" in str(error)  # noqa: PT017
    else:
        assert len({each.column for each in found}) == len({each.role for each in found}) == len(found)
