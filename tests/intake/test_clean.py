from __future__ import annotations

from datetime import datetime
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.intake.clean import REASON
from engine.schema import TRANSACTIONS
from tests.intake.builders import cleaned

GOOD = {"customer": "a", "order": "o", "date": "2020-01-31", "quantity": "2", "amount": "5.00"}
BILLION = "1000000000"


def line(**cells: str | None) -> dict[str, Any]:
    """Clean one line, good but for these cells."""
    return cleaned({role: [cell] for role, cell in {**GOOD, **cells}.items()}).row(0, named=True)


def priced(quantity: str | None, price: str | None) -> dict[str, Any]:
    cells = {"customer": "a", "date": "2020-01-31", "quantity": quantity, "price": price}
    return cleaned({role: [cell] for role, cell in cells.items()}).row(0, named=True)


def test_good_line_is_kept_in_canonical_types() -> None:
    frame = cleaned(
        {**{role: [cell] for role, cell in GOOD.items()}, "product": ["p"], "product_name": ["P"], "category": ["c"]}
    )

    kept = TRANSACTIONS.match(frame.lazy()).collect()

    assert frame[REASON].to_list() == [None]
    assert kept.rows() == [("a", "o", "p", "P", "c", datetime(2020, 1, 31), 2_000, 5_000_000)]


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"customer": None}, "missing customer"),
        ({"customer": " \t"}, "missing customer"),
        ({"customer": "M\ufffdller"}, "customer not in UTF-8"),
        ({"date": None}, "missing date"),
        ({"date": "  "}, "missing date"),
        ({"date": "31.01.2020"}, "unreadable date"),
        ({"date": "1970-01-01"}, "unreadable date, or not in 1990-2100"),
        ({"quantity": ""}, "missing quantity"),
        ({"quantity": "two"}, "unreadable quantity"),
        ({"quantity": BILLION + ".001"}, "unreadable quantity, or beyond 1,000,000,000"),
        ({"quantity": "-9223372036854775.808"}, "unreadable quantity"),
        ({"quantity": "1" * 30}, "unreadable quantity"),
        ({"amount": None}, "missing amount"),
        ({"amount": "5,00"}, "unreadable amount"),
        ({"amount": BILLION + ".000001"}, "unreadable amount, or beyond 1,000,000,000"),
        ({"amount": "-9223372036854.775808"}, "unreadable amount"),
        ({"amount": "1" * 60}, "unreadable amount"),
        (dict.fromkeys(GOOD), "blank line"),
    ],
)
def test_every_broken_rule_is_named(cells: dict[str, str | None], reason: str) -> None:
    assert line(**cells)[REASON].startswith(reason)


@pytest.mark.parametrize(
    ("quantity", "price", "reason"),
    [
        ("2", None, "missing price"),
        ("2", "dear", "unreadable price"),
        ("2", "500000000.01", "unreadable price, or beyond 1,000,000,000"),
        (BILLION, BILLION, "unreadable price, or beyond 1,000,000,000"),
        ("9000000000000000", "0", "unreadable quantity, or beyond 1,000,000,000"),
    ],
)
def test_rules_of_a_unit_price(quantity: str, price: str | None, reason: str) -> None:
    assert priced(quantity, price)[REASON].startswith(reason)


@pytest.mark.parametrize(
    "cells", [{"amount": BILLION}, {"amount": "-" + BILLION}, {"quantity": BILLION}, {"quantity": "0", "amount": "0"}]
)
def test_largest_and_zero_values_are_kept(cells: dict[str, str]) -> None:
    assert line(**cells)[REASON] is None


def test_first_broken_rule_wins() -> None:
    columns: dict[str, list[str | None]] = {
        "customer": [None, None, "\ufffd", "a"],
        "date": ["never", "never", "never", "never"],
        "amount": ["x", "x", "x", "x"],
    }

    reasons = cleaned(columns, surplus=["more", None, None, None])[REASON].to_list()

    assert [reason.split(",")[0] for reason in reasons] == [
        "more cells than the header",
        "missing customer",
        "customer not in UTF-8",
        "unreadable date",
    ]


def test_surplus_cell_rejects_an_otherwise_good_line() -> None:
    assert cleaned({role: [cell] for role, cell in GOOD.items()}, surplus=["x"])[REASON].to_list() == [
        "more cells than the header"
    ]


def test_text_is_trimmed_and_nothing_is_null() -> None:
    frame = cleaned(
        {
            "customer": [" a\u00a0", "b"],
            "order": ["\to ", "o"],
            "product": ["  ", "p"],
            "product_name": ["", " P P "],
            "category": [None, "c "],
            "date": [" 2020-01-31 ", "2020-01-31"],
            "quantity": [" 2 ", "2"],
            "amount": ["5.00 ", "5"],
        }
    )

    names = ["customer_id", "order_id", "product_id", "product_name", "category", REASON]
    assert frame.select(names).rows() == [("a", "o", None, None, None, None), ("b", "o", "p", "P P", "c", None)]


def test_ids_written_as_floats_lose_their_point() -> None:
    columns: dict[str, list[str | None]] = {
        "customer": ["17850.0", "00012.0"],
        "date": ["2020-01-31"] * 2,
        "amount": ["1"] * 2,
    }

    assert cleaned(columns, float_ids=True)["customer_id"].to_list() == ["17850", "00012"]
    assert cleaned(columns, float_ids=False)["customer_id"].to_list() == ["17850.0", "00012.0"]


def test_leading_zeros_and_case_of_ids_are_kept() -> None:
    columns: dict[str, list[str | None]] = {
        "customer": ["00042", "42", "Ab", "aB"],
        "date": ["2020-01-31"] * 4,
        "amount": ["1"] * 4,
    }

    assert cleaned(columns)["customer_id"].to_list() == ["00042", "42", "Ab", "aB"]


@pytest.mark.parametrize(
    ("quantity", "amount", "expected"),
    [
        ("2", "5", 5_000_000),
        ("-2", "5", -5_000_000),
        ("-2", "-5", -5_000_000),
        ("2", "-5", -5_000_000),
        ("-2", "0", 0),
        ("0", "5", 5_000_000),
    ],
)
def test_negative_quantity_makes_a_return_of_the_amount(quantity: str, amount: str, expected: int) -> None:
    assert line(quantity=quantity, amount=amount)["amount"] == expected


@pytest.mark.parametrize(
    ("quantity", "price", "expected"),
    [
        ("3", "2.55", 7_650_000),
        ("-3", "2.55", -7_650_000),
        ("-3", "-2.55", -7_650_000),
        ("3", "-2.55", -7_650_000),
        ("0.5", "0.000001", 1),
        ("0.125", "7.99", 998_750),
        ("5", "0", 0),
    ],
)
def test_amount_of_a_unit_price_is_exact(quantity: str, price: str, expected: int) -> None:
    assert priced(quantity, price)["amount"] == expected


def test_amount_column_beats_the_price() -> None:
    frame = cleaned({"customer": ["a"], "date": ["2020-01-31"], "quantity": ["3"], "price": ["x"], "amount": ["5"]})

    assert frame.select("amount", REASON).row(0) == (5_000_000, None)


def test_without_a_quantity_column_a_line_is_one_unit() -> None:
    frame = cleaned({"customer": ["a", "a"], "date": ["2020-01-31"] * 2, "amount": ["5", "-5"]})
    of_price = cleaned({"customer": ["a"], "date": ["2020-01-31"], "price": ["5"]})

    assert frame.select("quantity", "amount", REASON).rows() == [(1_000, 5_000_000, None), (1_000, -5_000_000, None)]
    assert of_price.select("quantity", "amount", REASON).rows() == [(1_000, 5_000_000, None)]


def test_without_an_order_column_a_customers_day_is_one_order() -> None:
    frame = cleaned(
        {
            "customer": ["a", "a", "a", "b"],
            "date": ["2020-01-31 00:00", "2020-01-31 23:59", "2020-02-01 00:00", "2020-01-31 12:00"],
            "amount": ["1"] * 4,
        },
        date_format="%Y-%m-%d %H:%M",
    )

    assert frame.select(pl.struct("customer_id", "order_id").rank("dense")).to_series().to_list() == [1, 1, 2, 3]


def test_line_without_an_order_id_belongs_to_the_order_of_its_day() -> None:
    frame = cleaned({"customer": ["a"] * 3, "order": ["o", None, " "], "date": ["2020-01-31"] * 3, "amount": ["1"] * 3})

    assert frame["order_id"].to_list() == ["o", "day 2020-01-31", "day 2020-01-31"]
    assert frame[REASON].to_list() == [None] * 3


CELLS = st.one_of(st.none(), st.text(max_size=6), st.sampled_from([*GOOD.values(), "-1", "0", "nan"]))


@settings(deadline=None, max_examples=150)
@given(st.lists(st.tuples(*[CELLS] * len(GOOD)), min_size=1, max_size=8))
def test_whatever_the_cells_a_line_is_whole_or_has_a_reason(rows: list[tuple[str | None, ...]]) -> None:
    columns: dict[str, list[str | None]] = {role: [row[place] for row in rows] for place, role in enumerate(GOOD)}

    frame = cleaned(columns)

    assert frame.height == len(rows)
    kept = frame.filter(pl.col(REASON).is_null())
    assert sum(kept.select("customer_id", "order_id", "ordered_at", "quantity", "amount").null_count().row(0)) == 0
    assert kept.filter((pl.col("quantity") < 0) & (pl.col("amount") > 0)).is_empty()
