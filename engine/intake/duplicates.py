"""Exact duplicates: lines that agree in everything with another line of the same order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from engine.intake.products import TEXTS, recounted, same_products
from engine.schema import LINES, REJECTS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

REASON = "exact duplicate"
NONE = {"duplicates rows": 0, "duplicates amount": 0}
WRITTEN = ("customer_id", "order_id", *TEXTS, "ordered_at", "quantity", "amount")


def line_hash() -> pl.Expr:
    """Return a hash of a whole line: lines with different hashes differ, those with the same are worth comparing."""
    hashes = (pl.col(name).to_physical().hash(seed) for seed, name in enumerate(LINES.names))
    return pl.sum_horizontal(hashes)


def repeated(lines: pl.LazyFrame) -> pl.LazyFrame:
    """Return the lines that stand more than once: one row each, with the number of `copies` beyond the first."""
    counted = lines.group_by(lines.collect_schema().names()).agg(copies=pl.len().cast(pl.Int64) - 1)
    return counted.filter(pl.col("copies") > 0)


def count(lines: pl.LazyFrame) -> dict[str, int]:
    """Count the copies of lines and their money (micros).

    Lines whose hashes differ differ themselves: only those with equal hashes are compared in full.
    """
    hashes = lines.group_by(hash=line_hash()).agg(lines=pl.len()).filter(pl.col("lines") > 1).select("hash")
    met_again = hashes.collect(engine="streaming")
    if met_again.is_empty():
        return NONE
    suspects = lines.with_columns(hash=line_hash()).join(met_again.lazy(), on="hash", how="semi")
    sums = repeated(suspects.select(LINES.names)).select(
        pl.col("copies").sum().alias("duplicates rows"),
        (pl.col("amount").cast(pl.Int128) * pl.col("copies")).sum().alias("duplicates amount"),
    )
    return sums.collect(engine="streaming").row(0, named=True)


@dataclass(frozen=True, slots=True)
class Dropped:
    """What was dropped of the shards, and the products of the lines that are left."""

    rows: int
    amount: int
    """Micros."""
    products: pl.DataFrame
    """See `schema.PRODUCTS`."""

    @classmethod
    def none(cls, products: pl.DataFrame) -> Dropped:
        """Nothing was dropped."""
        return cls(0, 0, products)


def drop(shards: Sequence[Path], products: pl.DataFrame, rejects: Path) -> Dropped:
    """Keep one of each line in every shard, add the others to the rejected lines."""
    rows = amount = 0
    with rejects.open("ab") as file:
        for shard in shards:
            once = shard.with_suffix(".once")
            copies = drop_in(shard, products, once)
            once.replace(shard)
            more, money = worth(copies)
            rows, amount = rows + more, amount + money
            as_rejects(copies, products).write_csv(file, include_header=False)
    kept = pl.concat([pl.scan_ipc(shard, glob=False) for shard in shards])
    return Dropped(rows, amount, recounted(products, kept).collect(engine="streaming"))


def drop_in(shard: Path, products: pl.DataFrame, once: Path) -> pl.DataFrame:
    """Write one of each line of a shard to `once`; returns those that stood there again (`repeated`)."""
    lines = _with_same_products(pl.scan_ipc(shard, glob=False), same_products(products).lazy())
    copies = repeated(lines).collect(engine="streaming")
    lines.unique().sink_ipc(once, engine="streaming")
    return copies


def worth(copies: pl.DataFrame) -> tuple[int, int]:
    """Return the number of copies and their micros."""
    return int(copies["copies"].sum()), int((copies["amount"].cast(pl.Int128) * copies["copies"]).sum())


def _with_same_products(lines: pl.LazyFrame, keys: pl.LazyFrame) -> pl.LazyFrame:
    """Give all products of the same texts one key: blanks around a text tell no lines apart."""
    columns = lines.collect_schema().names()
    return lines.join(keys, on="product_key", how="left").with_columns(product_key="same_as").select(columns)


def as_rejects(copies: pl.DataFrame, products: pl.DataFrame) -> pl.DataFrame:
    """Write the copies as rejected lines; of which of several equal lines they are cannot be told."""
    copies = copies.join(products.select("product_key", *TEXTS), on="product_key", how="left")
    cells = pl.concat_str([pl.col(name).cast(pl.String) for name in WRITTEN], separator=",", ignore_nulls=True)
    ordered = copies.sort(WRITTEN)
    each = ordered.select(pl.all().repeat_by("copies").explode()) if ordered.height else ordered
    return each.select(
        file=pl.lit(""), line=pl.lit(None, dtype=pl.Int64), reason=pl.lit(REASON), raw=cells
    ).match_to_schema(REJECTS.schema)
