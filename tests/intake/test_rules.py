from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from engine import Settings, analyze
from tests.intake.builders import take

HEADER = "customer_id,order_id,date,product_id,quantity,price,status\n"


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        ("Cancelled", "cancelled order"),
        ("voided", "cancelled order"),
        ("REFUNDED", "refunded order"),
        ("paid", None),
        ("", None),
    ],
)
def test_lines_are_rejected_by_the_status_of_their_order(tmp_path: Path, status: str, reason: str | None) -> None:
    taken = take(tmp_path, f"{HEADER}a,1,2024-01-01,x,1,5,paid\nb,2,2024-01-02,x,1,7,{status}\n")

    assert taken.intake.rejected_by_reason == ({reason: 1} if reason else {})
    assert taken.intake.revenue == (5_000_000 if reason else 12_000_000)


def test_cancelled_orders_can_be_kept(tmp_path: Path) -> None:
    taken = take(tmp_path, f"{HEADER}a,1,2024-01-01,x,1,5,paid\nb,2,2024-01-02,x,1,7,cancelled\n", keep_cancelled=True)

    assert taken.intake.revenue == 12_000_000


def test_other_currencies_are_rejected_and_never_added_up(tmp_path: Path) -> None:
    lines = "".join(
        f"c{number},{number},2024-01-0{number},{number},{'EUR' if number < 4 else 'USD'}\n" for number in range(1, 6)
    )

    taken = take(tmp_path, f"customer_id,order_id,date,amount,currency\n{lines}")

    assert taken.intake.rejected_by_reason == {"another currency than EUR": 2}
    assert taken.intake.revenue == 6_000_000


def test_amounts_that_are_converted_to_one_currency_are_preferred(tmp_path: Path) -> None:
    header = "customer_id,order_id,date,amount,currency,converted_amount\n"
    lines = "".join(f"c{n},{n},2024-01-0{n},{n}00,{'EUR' if n < 4 else 'JPY'},{n}\n" for n in range(1, 6))

    taken = take(tmp_path, header + lines)

    assert (taken.intake.rejected_by_reason, taken.intake.revenue) == ({}, 15_000_000)


def test_one_of_each_line_is_kept_where_duplicates_are_dropped(tmp_path: Path) -> None:
    export = tmp_path / "shop.csv"
    export.write_text(
        "customer_id,order_id,date,amount\n" + "a,1,2024-01-01,5\n" * 3 + "b,2,2024-01-02,7\n", encoding="utf-8"
    )

    run = analyze(export, out=tmp_path / "run", settings=Settings(drop_duplicates=True, shards=2, charts=()))

    assert run.summary["rows"] == {"read": 4, "kept": 2, "rejected": 2, "rejected_by_reason": {"exact duplicate": 2}}
    assert run.summary["revenue"] == 12.0
    assert (tmp_path / "run" / "rejects.csv").read_text(encoding="utf-8").count("exact duplicate") == 2


@pytest.mark.parametrize("drop", [True, False])
def test_blanks_around_a_product_tell_no_lines_apart(tmp_path: Path, *, drop: bool) -> None:
    export = tmp_path / "shop.csv"
    lines = [f"a,1,2024-01-01,{cells},5\n" for cells in ("x,", "x ,", 'x,""', " x,\t", "y,")]
    export.write_text("customer_id,order_id,date,product,category,amount\n" + "".join(lines), encoding="utf-8")

    summary = analyze(export, settings=Settings(drop_duplicates=drop)).summary

    assert summary["rows"]["kept"] == (2 if drop else 5)
    assert summary["products"] == 2
    told = [alert["rows"] for alert in summary["alerts"] if alert["code"] == "duplicates"]
    assert told == ([] if drop else [3])


@pytest.mark.parametrize(
    ("switch", "reason", "revenue"),
    [("drop_services", "service, not a product", 5_000_000), ("drop_zero", "amount of zero", 9_000_000)],
)
def test_services_and_lines_worth_nothing_can_be_left_out(
    tmp_path: Path, switch: str, reason: str, revenue: int
) -> None:
    content = f"{HEADER}a,1,2024-01-01,x,1,5,paid\na,1,2024-01-01,POST,1,4,paid\nb,2,2024-01-02,y,1,0,paid\n"

    taken = take(tmp_path, content, **{switch: True})

    assert (taken.intake.rejected_by_reason, taken.intake.revenue) == ({reason: 1}, revenue)


def test_only_purchases_of_an_event_log_count(tmp_path: Path) -> None:
    header = "event_time,event_type,product_id,category_id,category_code,brand,price,user_id,user_session\n"
    lines = "".join(
        f"2019-11-01 00:00:0{number} UTC,{kind},1,2,a.b,x,10.50,5{number},s{number}\n"
        for number, kind in enumerate(["view", "cart", "purchase", "purchase"])
    )

    taken = take(tmp_path, header + lines)

    assert (taken.intake.read, taken.intake.kept, taken.intake.revenue) == (4, 2, 21_000_000)


def test_fields_of_the_first_line_are_carried_down_within_the_order(tmp_path: Path) -> None:
    header = "Name,Email,Financial Status,Created at,Total,Currency,Lineitem quantity,Lineitem name,Lineitem price\n"
    first = "#1001,anna@example.com,paid,2024-01-15 17:41:00 -0500,30.00,EUR,1,Mug,10.00\n"
    more = "#1001,,,,,,2,Cup,10.00\n"
    other = "#1002,bob@example.com,paid,2024-01-16 10:00:00 -0500,5.00,EUR,1,Pen,5.00\n"

    taken = take(tmp_path, header + first + more + other)
    (tmp_path / "again").mkdir()
    shuffled = take(tmp_path / "again", header + more + other + first)

    for each in (taken, shuffled):
        assert each.intake.rejected_by_reason == {}
        customers = each.lines.group_by("customer_id").agg(pl.col("amount").sum(), pl.len()).sort("customer_id")
        assert customers.rows() == [("anna@example.com", 30_000_000, 2), ("bob@example.com", 5_000_000, 1)]


def test_services_are_revenue_but_no_products_to_tell_segments_by(tmp_path: Path) -> None:
    export = tmp_path / "shop.csv"
    lines = [
        f"c{number % 60},{number},2024-{number % 9 + 1:02d}-{number % 28 + 1:02d},"
        f"{('mug', 'cup', 'POST')[number % 3]},1,{number % 7 + 1}\n"
        for number in range(900)
    ]
    export.write_text("customer_id,order_id,date,product_id,quantity,price\n" + "".join(lines), encoding="utf-8")

    run = analyze(export, settings=Settings())

    assert set(run.frames.affinity["item"].drop_nulls()) <= {"mug", "cup"}
    alert = next(each for each in run.summary["alerts"] if each["code"] == "services")
    assert alert["rows"] == 300
    assert run.summary["revenue"] == sum(number % 7 + 1 for number in range(900))
