from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from tests.intake.header_rows import table
from tests.intake.test_roles import Columns, by_role, played


def numbered(row: str) -> Columns:
    return {f"column_{number}": values for number, values in enumerate(table(row).values(), 1)}


@pytest.mark.parametrize(
    ("row", "roles"),
    [
        ("c=customer|d=date|a=amount", "customer date amount"),
        ("d=date|c=customer|q=quantity|a=amount", "date customer quantity amount"),
        (
            "o=order|p=product|n=product_name|q=quantity|d=date|m=price|c=customer|l=country",
            "order . . . date . customer",
        ),
        (
            "o=order|c=customer|p=product|q=quantity|m=price|a=amount|d=date",
            "order customer . quantity price amount date",
        ),
    ],
)
def test_roles_without_a_header_are_found_by_values(row: str, roles: str) -> None:
    found = played(numbered(row))

    wanted = {role: f"column_{number}" for number, role in enumerate(roles.split(), 1) if role != "."}
    assert {role: found.get(role) for role in wanted} == wanted


def test_without_a_header_few_whole_numbers_are_amounts_and_many_are_customers() -> None:
    days = [f"2012-01-{day:02}" for day in range(1, 29)] * 3
    columns: Columns = {
        "column_1": [str(700 + 20 * (number * 5 % 37)) for number in range(84)],
        "column_2": [str((25, 50, 100)[number % 3]) for number in range(84)],
        "column_3": [*days],
    }

    assert played(columns) == {"customer": "column_1", "amount": "column_2", "date": "column_3"}


def test_without_a_header_given_columns_come_first() -> None:
    found = played(numbered("a=customer|b=shop|d=date|m=amount"), customer="column_2")

    assert (found["customer"], found["date"], found["amount"]) == ("column_2", "column_3", "column_4")


def spaced(path: Path, names: list[str] | None) -> Columns:
    rows = [line.split() for line in path.read_text().splitlines()[:3_000] if line.strip()]
    columns = names or [f"column_{number}" for number in range(1, len(rows[0]) + 1)]
    return pl.DataFrame(rows[int(names is not None) :], schema=columns, orient="row").to_dict(as_series=False)


@pytest.mark.real_data
def test_cdnow_with_and_without_a_header(real_data: Path) -> None:
    names = ["customer_id", "date", "number_of_cds", "dollar_value"]

    master, sample = (
        played(spaced(real_data / "cdnow_master.txt", names)),
        by_role(spaced(real_data / "cdnow_sample.txt", None)),
    )

    assert master == dict(zip(("customer", "date", "quantity", "amount"), names, strict=True))
    assert {role: each.column for role, each in sample.items()} == {
        "customer": "column_1",
        "date": "column_3",
        "quantity": "column_4",
        "amount": "column_5",
    }
    assert sample["customer"].runner_up == "column_2"


@pytest.mark.real_data
def test_real_export_without_its_header_is_found_by_values(real_data: Path) -> None:
    frame = pl.read_csv(real_data / "online_retail.csv", infer_schema=False, n_rows=6_000)
    names = {column: f"column_{number}" for number, column in enumerate(frame.columns, 1)}

    found = played(frame.rename(names).to_dict(as_series=False))

    assert found == {
        "customer": names["CustomerID"],
        "order": names["InvoiceNo"],
        "product": names["StockCode"],
        "date": names["InvoiceDate"],
        "quantity": names["Quantity"],
        "price": names["UnitPrice"],
    }
