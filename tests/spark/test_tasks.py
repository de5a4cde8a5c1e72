"""What tasks assert: that the cluster has brought together what belongs together."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.insights.baskets import Counts
from engine.intake.source import open_source
from engine.runners.spark.pieces import LARGEST, cut_input, tasks
from engine.schema import LINES
from engine.settings import Settings

pa = pytest.importorskip("pyarrow", reason="the engine spark needs pyarrow")

from engine.runners.spark import packs  # noqa: E402 - it imports pyarrow
from engine.runners.spark import tasks as work  # noqa: E402 - the same


def lines(customers: list[str | None]) -> pl.DataFrame:
    count = len(customers)
    return pl.DataFrame(
        {
            "customer_id": customers,
            "order_key": range(count),
            "product_key": [1] * count,
            "ordered_at": [0] * count,
            "quantity": [1000] * count,
            "amount": [1_000_000] * count,
        },
        schema=LINES.schema,
    ).with_columns(order_id=pl.lit("o"))


def of_shard(shard: int, shards: int, count: int = 20) -> list[str]:
    ids = pl.DataFrame({"customer_id": [f"c{number}" for number in range(200)]})
    chosen = ids.filter((pl.col("customer_id").hash() % shards) == shard)
    return chosen["customer_id"].head(count).to_list()


def once(batches: list[Any], shards: int = 3) -> list[packs.Pack]:
    return list(packs.unpacked(work.once(work.Once(shards, products()), batches)))


def products() -> pl.DataFrame:
    from engine.schema import PRODUCTS

    return pl.DataFrame(
        [{"product_key": 1, "product_id": "p", **dict.fromkeys(("lines", "amount", "bought_lines"), 0)}],
        schema_overrides={name: PRODUCTS.schema[name] for name in ("product_key",)},
    ).match_to_schema(PRODUCTS.schema, missing_columns="insert")


def test_lines_of_a_shard_arrive_as_they_left() -> None:
    own = lines(list(of_shard(1, 3)))
    sent = [*packs.packed(1, work.LINES, own.head(7)), *packs.packed(1, work.LINES, own.slice(7), 1)]

    kept = [pack.table for pack in once(sent) if pack.kind == work.LINES]

    assert pl.concat(kept).sort("order_key").equals(own)


def test_forgotten_repartition_is_caught() -> None:
    sent = [each for shard in (0, 1) for each in packs.packed(shard, work.LINES, lines(list(of_shard(shard, 3))))]

    with pytest.raises(AssertionError, match="a partition is one shard, and this one holds 0 and 1"):
        once(sent)


def test_customer_in_another_shard_is_caught() -> None:
    sent = list(packs.packed(1, work.LINES, lines([*of_shard(1, 3), *of_shard(2, 3, 1)])))

    with pytest.raises(AssertionError, match="all customers of a pack are of shard 1"):
        once(sent)


def test_null_customer_is_caught() -> None:
    sent = list(packs.packed(1, work.LINES, lines([*of_shard(1, 3), None])))

    with pytest.raises(AssertionError, match="a kept line has a customer"):
        once(sent)


def test_column_out_of_order_is_caught() -> None:
    (batch,) = packs.packed(1, work.LINES, lines(list(of_shard(1, 3))))

    with pytest.raises(AssertionError, match="packs have the columns"):
        once([batch.select(["kind", "place", "number", "payload"])])
    with pytest.raises(AssertionError, match="packs are of"):
        once([batch.set_column(0, pa.field("place", pa.int64()), pa.array([1], pa.int64()))])


def test_customer_who_stands_in_two_shards_is_caught() -> None:
    customers = pl.DataFrame({"customer_id": ["a", "b"], "orders": [1, 2]})
    sent = [*packs.packed(0, work.CUSTOMERS, customers), *packs.packed(0, work.CUSTOMERS, customers.tail(1), 1)]

    with pytest.raises(AssertionError, match="a customer lies in one shard"):
        list(work.ordered(None, sent))


def test_customers_of_two_ranges_in_one_partition_are_caught() -> None:
    customers = pl.DataFrame({"customer_id": ["a", "b"]})
    sent = [each for place in (0, 1) for each in packs.packed(place, work.CUSTOMERS, customers)]

    with pytest.raises(AssertionError, match="a partition is one range"):
        list(work.ordered(None, sent))


def test_columns_of_customers_are_those_that_are_written() -> None:
    sent = list(packs.packed(0, work.ORDERED, pl.DataFrame({"customer_id": ["a"], "orders": [1.0]})))

    with pytest.raises(AssertionError, match="customers have the columns"):
        list(work.rows({"customer_id": pl.String(), "orders": pl.Int64()}, sent))


def test_parts_of_a_file_in_disorder_are_caught() -> None:
    table = pl.DataFrame({"customer_id": ["a"]})
    sent = [each for number in (1, 0) for each in packs.packed(0, "features", table, number)]

    with pytest.raises(AssertionError, match="come in their order"):
        list(work.labels(None, sent))  # type: ignore[arg-type]


@settings(max_examples=20, deadline=None)
@given(st.lists(st.lists(st.integers(0, 3), min_size=1, max_size=6), min_size=1, max_size=12), st.randoms())
def test_counts_that_are_merged_are_those_of_all_baskets(baskets: list[list[int]], dice: random.Random) -> None:
    def counted(part: list[list[int]]) -> Counts:
        counts = Counts.none(1, 4)
        table = pl.DataFrame({"items": part}, schema={"items": pl.List(pl.UInt16)})
        counts.add(table, pl.Series([1] * len(part)).to_numpy())
        return counts

    cut = dice.randint(0, len(baskets))
    parts = [counted(part).sums() for part in (baskets[:cut], baskets[cut:]) if part]
    dice.shuffle(parts)
    sent = [
        each
        for place, sums in enumerate(parts)
        for name, table in sums.items()
        for each in packs.packed(place, f"{work.OF_SEGMENTS}: {name}", table)
    ]

    merged = {pack.kind.split(": ")[1]: pack.table for pack in packs.unpacked(work.merged([work.OF_SEGMENTS], sent))}

    whole = counted(baskets)
    assert (Counts.of(merged, 1, 4).together == whole.together).all()
    assert (Counts.of(merged, 1, 4).orders == whole.orders).all()


def test_pieces_are_whole_lines_and_all_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "shop.csv"
    head = "customer_id,order_id,ordered_at,amount\n"
    row = "c{0},o{0},2024-01-02 03:04:05,{0}.50\n"
    path.write_text(head + "".join(row.format(number) for number in range(200_000)))
    source = open_source([path], Settings())

    pieces = cut_input(source, 1, whole=False)

    spans = [piece.parts[0].span or (0, 0) for piece in pieces]
    content = path.read_bytes()
    assert len(spans) > 2
    assert b"".join(content[start:stop] for start, stop in spans) == content
    assert all(content[start:stop].endswith(b"\n") for start, stop in spans)
    assert all(stop - start <= LARGEST for start, stop in spans)
    assert [piece for each in tasks(pieces, 2) for piece in each] == pieces


def test_line_longer_than_a_piece_is_not_cut(tmp_path: Path) -> None:
    path = tmp_path / "shop.csv"
    head = "customer_id,order_id,ordered_at,amount,note\n"
    row = "c{0},o{0},2024-01-02 03:04:05,{0}.50,{1}\n"
    rows = [row.format(number, "x" * (5_000_000 if number == 3_000 else 1)) for number in range(200_000)]
    path.write_text(head + "".join(rows))

    pieces = cut_input(open_source([path], Settings()), 1, whole=False)

    content = path.read_bytes()
    spans = [piece.parts[0].span or (0, 0) for piece in pieces]
    assert b"".join(content[start:stop] for start, stop in spans) == content
    assert all(content[start:stop].endswith(b"\n") for start, stop in spans)
