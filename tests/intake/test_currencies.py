from __future__ import annotations

import polars as pl
import pytest

from engine.intake.currencies import CURRENCIES, currency


def told(text: str | None) -> str | None:
    code: str | None = (
        pl.DataFrame({"text": [text]}, schema={"text": pl.String}).select(currency(pl.col("text"))).item()
    )
    return code


@pytest.mark.parametrize("name", CURRENCIES)
@pytest.mark.parametrize("cell", ["{}", "{} 12.50", "{}12,50", "12.50 {}", "12,50\u00a0{}", "-{} 5", "({}5)"])
def test_every_sign_and_code_is_found_beside_a_number(name: str, cell: str) -> None:
    assert told(cell.format(name)) == CURRENCIES[name]


@pytest.mark.parametrize(
    ("text", "expected"),
    [("usd", "USD"), ("12 Euro", "EUR"), ("5 kč", "CZK"), ("$5.00 CAD", "CAD"), ("US$ 5", "USD"), ("C$5", "CAD")],
)
def test_case_and_longer_names_tell(text: str, expected: str) -> None:
    assert told(text) == expected


@pytest.mark.parametrize("text", [None, "", "12.50", "total", "allow", "12 pieces", "GIFTS"])
def test_other_cells_have_no_currency(text: str | None) -> None:
    assert told(text) is None
