"""Numbers are written as people write them."""

from __future__ import annotations

import doctest
from datetime import date

import pytest

from engine.charts import parts
from engine.report import numbers, tables


@pytest.mark.parametrize("module", [numbers, tables, parts])
def test_examples_in_docstrings(module: object) -> None:
    result = doctest.testmod(module)  # type: ignore[arg-type]

    assert result.attempted
    assert not result.failed


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (999, "999"),
        (9_999, "9,999"),
        (9_999.7, "10.0k"),
        (12_345, "12.3k"),
        (123_456, "123k"),
        (999_949, "1.0M"),
        (1.2e6, "1.2M"),
        (3.4e9, "3.4B"),
        (-15_000, "\u221215.0k"),
    ],
)
def test_count(value: float, text: str) -> None:
    assert numbers.count(value) == text


@pytest.mark.parametrize(
    ("value", "currency", "text"),
    [
        (0, "", "0.00"),
        (0.1, "£", "£0.10"),
        (99.994, "$", "$99.99"),
        (99.996, "$", "$100"),
        (999.6, "€", "€1,000"),
        (12_345, "GBP", "£12.3k"),
        (12_345, "PLN", "12.3k PLN"),
        (-5, "EUR", "\u2212€5.00"),
        (-0.001, "€", "€0.00"),
    ],
)
def test_money(value: float, currency: str, text: str) -> None:
    assert numbers.money(value, currency) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0%"),
        (1, "100%"),
        (0.9996, "100%"),
        (0.995, "99.5%"),
        (0.0999, "10%"),
        (0.034, "3.4%"),
        (0.0004, "<0.1%"),
        (-0.25, "\u221225%"),
        (1.07, "107%"),
    ],
)
def test_share(value: float, text: str) -> None:
    assert numbers.share(value) == text


@pytest.mark.parametrize(
    "write",
    [
        numbers.count,
        numbers.full,
        numbers.money,
        numbers.share,
        numbers.days,
        numbers.score,
        numbers.times,
        numbers.plain,
        numbers.size,
    ],
)
def test_a_missing_number_is_a_dash(write: object) -> None:
    assert write(None) == "\u2013"  # type: ignore[operator]
    assert write(float("nan")) == "\u2013"  # type: ignore[operator]


def test_dates() -> None:
    assert numbers.day("2011-12-09T12:50:00") == "9 Dec 2011"
    assert numbers.day(date(2024, 2, 29)) == "29 Feb 2024"
    assert numbers.month(date(2024, 2, 29)) == "Feb 2024"
    assert numbers.day("not a date") == "\u2013"


def test_amounts_in_their_units() -> None:
    assert numbers.amount(1, "days") == "1 day"
    assert numbers.amount(3.25, "orders") == "3.2 orders"
    assert numbers.amount(41, "days", short=True) == "41 d"
    assert numbers.amount(12.5, "money", "GBP") == "£12.50"
    assert numbers.amount(None, "days", short=True) == "\u2013"
