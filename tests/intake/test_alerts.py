from __future__ import annotations

from calendar import monthrange
from pathlib import Path

import pytest

from engine import Settings, analyze


def _codes(folder: Path, lines: list[str], header: str = "customer_id,order_id,date,amount") -> dict[str, str]:
    export = folder / "shop.csv"
    export.write_text(header + "\n" + "\n".join(lines) + "\n", encoding="utf-8")
    return {
        alert["code"]: alert["message"]
        for alert in analyze(export, settings=Settings(without=("forecast",))).summary["alerts"]
    }


def _year(customers: int = 40, amount: str = "10") -> list[str]:
    """A year of whole months, each customer with an order a month."""
    return [
        f"c{customer},{customer}-{month},2023-{month:02d}-{monthrange(2023, month)[1]},{amount}"
        for customer in range(customers)
        for month in range(1, 13)
    ]


def test_sound_data_raises_no_alert(tmp_path: Path) -> None:
    assert _codes(tmp_path, _year()) == {}


@pytest.mark.parametrize(
    ("code", "lines"),
    [
        ("wholesale_account", [*_year(), "big,b1,2023-06-01,5000"]),
        ("crowded_customer", [*_year(), "guest,g1,2023-06-01,10"]),
        ("crowded_customer", [*_year(), *(f"till,t{number},2023-06-01,1" for number in range(150))]),
        ("unfinished_month", [*_year(), "c1,x,2024-01-05,10"]),
        ("gap_in_time", [line for line in _year() if "2023-05" not in line]),
        ("short_history", [line for line in _year() if line.split(",")[2] < "2023-03"]),
        ("zero_value", [*_year(), "c1,x,2023-06-01,0"]),
        ("returns", [*_year(), "c1,x,2023-06-01,-10"]),
        ("missing_customers", [*_year(), ",x,2023-06-01,10"]),
        ("giant_baskets", [*_year(), *["c1,x,2023-06-01,1"] * 500]),
        ("duplicates", [*_year(), *["c1,x,2023-06-01,1"] * 2]),
        ("outlying_dates", [*_year(90), "c1,x,2031-06-30,1"]),
    ],
)
def test_what_users_should_mind_is_told(tmp_path: Path, code: str, lines: list[str]) -> None:
    assert code in _codes(tmp_path, lines)


def test_the_money_of_returns_is_told(tmp_path: Path) -> None:
    export = tmp_path / "shop.csv"
    export.write_text(
        "customer_id,order_id,date,amount\n" + "\n".join([*_year(), "c1,x,2023-06-01,-7.50"]), encoding="utf-8"
    )

    alert = next(
        each
        for each in analyze(export, settings=Settings(without=("forecast",))).summary["alerts"]
        if each["code"] == "returns"
    )

    assert (alert["rows"], alert["amount"]) == (1, -7.5)
