from __future__ import annotations

from pathlib import Path

import polars as pl

from engine.intake.products import kinds, name_counts, recounted
from tests.intake.builders import take

HEADER = "customer,order,product,product name,category,date,quantity,unit price\n"
LINES = (
    "a,1,p1,Mug,Kitchen,2024-01-01,2,5\n"
    "a,1, p1 ,Mug,Kitchen,2024-01-01,1,5\n"  # the same product, written with spaces
    "b,2,p1,Cup,Kitchen,2024-01-02,1,5\n"
    "b,2,p2,Pen,Office,2024-01-02,-1,3\n"
    "c,3,p2,Pen,Office,2024-01-03,1,0\n"
    "c,3,POST,Postage,,2024-01-03,1,4\n"
)


def test_products_hold_every_text_once_and_the_sums_of_its_lines(tmp_path: Path) -> None:
    table = take(tmp_path, HEADER + LINES).intake.products

    rows = table.select(
        "product_id", "product_name", "category", "lines", "amount", "bought_lines", "zero_lines"
    ).rows()
    assert sorted(rows, key=str) == sorted(
        [
            ("p1", "Mug", "Kitchen", 1, 10_000_000, 1, 0),
            ("p1", "Mug", "Kitchen", 1, 5_000_000, 1, 0),
            ("p1", "Cup", "Kitchen", 1, 5_000_000, 1, 0),
            ("p2", "Pen", "Office", 2, -3_000_000, 1, 1),
            ("POST", "Postage", None, 1, 4_000_000, 1, 0),
        ],
        key=str,
    )


def test_kinds_of_lines_are_told_from_the_products(tmp_path: Path) -> None:
    found = kinds(take(tmp_path, HEADER + LINES).intake.products)

    assert (found["returns rows"], found["returns amount"]) == (1, -3_000_000)
    assert found["zero_value rows"] == 1
    assert (found["services rows"], found["services amount"]) == (1, 4_000_000)
    assert found["damaged rows"] == 0


def test_names_of_a_product_are_counted_by_their_lines(tmp_path: Path) -> None:
    table = take(tmp_path, HEADER + LINES).intake.products

    assert sorted(name_counts(table, ["p1"]).rows()) == [("p1", "Cup", 1), ("p1", "Mug", 2)]


def test_products_of_fewer_lines_are_counted_anew(tmp_path: Path) -> None:
    taken = take(tmp_path, HEADER + LINES)
    left = pl.read_ipc(taken.intake.shards[0]).filter(pl.col("customer_id") == "b")

    table = recounted(taken.intake.products, left.lazy()).collect()

    assert table.select("product_id", "lines", "amount").rows() == [("p1", 1, 5_000_000), ("p2", 1, -3_000_000)]
