"""What is bought together: pairs and triples of products in one order, as association rules.

Orders are counted, not customers. Figures of a rule A -> B, from the shares of orders that hold A, B and both: support
P(AB), confidence P(AB)/P(A), lift P(AB)/(P(A)P(B)) and leverage P(AB)-P(A)P(B) (Piatetsky-Shapiro 1991), conviction
(1-P(B))/(1-confidence) (Brin et al. 1997), and Zhang's metric, leverage / max(P(AB)(1-P(A)), P(A)(P(B)-P(AB))) (Zhang
2000).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from engine.insights.cells import CELL, cells, table_of
from engine.insights.incidence import Incidence, add_product
from engine.insights.intervals import around, wilson
from engine.insights.merge import added, by
from engine.intake.rules import GIANT_BASKET, is_bought
from engine.preload import load
from engine.schema import CODE
from engine.units import ratio

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from engine.insights.merge import Merger

MOST_PRODUCTS = 2_000
"""Products that are looked at: the most bought. Their pairs are counted in a table of 16 MB a segment."""
LEAST_ORDERS = 20
"""Orders that must hold a pair, where the user names no support."""
EXTENDED = 500
"""The most frequent pairs, to which a third product is looked for."""
MOST_RULES = 500
"""Rules of pairs, and of triples, that a run keeps: those that tell most."""
MOST_OF_SEGMENT = 10
"""Pairs that a segment is described by."""

RULES: dict[str, Any] = {
    "antecedents": pl.List(pl.String),
    "antecedent_labels": pl.List(pl.String),
    "consequent": pl.String,
    "consequent_label": pl.String,
    "orders": pl.Int64,
    **dict.fromkeys(
        ("support", "antecedent_support", "consequent_support", "confidence", "lift", "lift_low", "lift_high"),
        pl.Float64,
    ),
    **dict.fromkeys(("leverage", "conviction", "zhang"), pl.Float64),
}
SEGMENT_PAIRS = {
    "segment": pl.Int64,
    **dict.fromkeys(("segment_name", "first", "first_label", "second", "second_label"), pl.String),
    "orders": pl.Int64,
    **dict.fromkeys(("support", "lift", "lift_low", "overall_lift"), pl.Float64),
}


@dataclass(frozen=True, slots=True)
class Items:
    """The items that are looked at, by their numbers."""

    names: Sequence[str]
    labels: Sequence[str]

    def __len__(self) -> int:
        return len(self.names)

    def named(self, number: str | pl.Expr) -> pl.Expr:
        """Look the names up by a column of numbers."""
        return _called(number, self.names)

    def labelled(self, number: str | pl.Expr) -> pl.Expr:
        """Look up what people read in place of the names."""
        return _called(number, self.labels)


COUNTS: dict[str, Merger] = {"together": by(CELL), "orders": by(CELL), "giant": added}


@dataclass(slots=True)
class Counts:
    """Orders by segment that hold an item (the diagonal) or two of them; added up shard by shard."""

    together: np.ndarray
    """segments x items x items: the pairs stand above the diagonal only."""
    orders: np.ndarray
    """Orders by segment that hold a product, also one that is not looked at; without the giant ones."""
    giant: dict[str, int]
    """Orders that were left out for their size, and their lines."""

    @classmethod
    def none(cls, segments: int, items: int) -> Counts:
        """Begin with nothing."""
        return cls(
            np.zeros((segments, items, items), dtype=np.int32),
            np.zeros(segments, dtype=np.int64),
            {"orders": 0, "lines": 0},
        )

    @classmethod
    def of(cls, sums: Mapping[str, pl.DataFrame], segments: int, items: int) -> Counts:
        """Read the merged `sums` of several shards."""
        giant = sums["giant"].row(0, named=True) if len(sums["giant"]) else {"orders": 0, "lines": 0}
        return cls(table_of(sums["together"], segments, items, items), table_of(sums["orders"], segments), giant)

    def sums(self) -> dict[str, pl.DataFrame]:
        """Return what was counted as tables, which `COUNTS` merges."""
        return {"together": cells(self.together), "orders": cells(self.orders), "giant": pl.DataFrame(self.giant)}

    def enough(self) -> np.ndarray:
        """Return which pairs (items x items), of all orders, a segment can have LEAST_ORDERS orders of."""
        found: np.ndarray = self.together.sum(axis=0) >= LEAST_ORDERS
        return found

    def only(self, pairs: np.ndarray) -> Counts:
        """Return the counts of some pairs (items x items) alone."""
        return replace(self, together=self.together * pairs)

    def add(self, baskets: pl.DataFrame, segments: np.ndarray) -> None:
        """Count the orders of a shard (`baskets`); `segments` has the segment of each, from 1."""
        lines = baskets["items"].list.len().to_numpy()
        usual = lines < GIANT_BASKET
        self.giant["orders"] += int((~usual).sum())
        self.giant["lines"] += int(lines[~usual].sum(dtype=np.int64))
        place = segments[usual].astype(np.int64) - 1
        self.orders += np.bincount(place, minlength=len(self.orders))
        found = Incidence.of(baskets["items"].filter(pl.Series(usual)), width := self.together.shape[1])
        cells = self.together.reshape(-1)
        # NOTE: a one of the cells' own type; with another, NumPy takes fifteen times as long.
        one = cells.dtype.type(1)
        row = ((place * width)[found.rows] + found.items) * width
        np.add.at(cells, row + found.items, one)
        for first, second in found.pairs():
            np.add.at(cells, row[first] + found.items[second], one)


def baskets(lines: pl.LazyFrame, number: pl.Expr) -> pl.LazyFrame:
    """Return what each order holds, of coded lines (`features.lines.coded`); returns are left out.

    One row per order that holds a product: the customer's code, `day` (of its first bought line) and `items`, a list
    with the `number` of the product of each line. Lines without a number are none of products.
    """
    return (
        lines.filter(is_bought())
        .select("customer_id", "order_key", day=pl.col("ordered_at").dt.date(), items=number)
        .filter(pl.col("items").is_not_null())
        .group_by("customer_id", "order_key")
        .agg(pl.col("day").min(), "items")
        .select(pl.col("customer_id").to_physical().alias(CODE), "day", "items")
    )


def frequent(together: np.ndarray, orders: int, support: float | None) -> pl.DataFrame:
    """List the pairs that enough orders hold: `a`, `b` (numbers of items, a < b), orders, orders_a, orders_b.

    The support is a share of the orders, or LEAST_ORDERS of them where it is None. The most frequent come first.
    """
    first, second = np.nonzero(np.triu(_enough(together, orders, support), 1))
    single = np.diagonal(together)
    found = pl.DataFrame(
        {
            "a": first,
            "b": second,
            "orders": together[first, second],
            "orders_a": single[first],
            "orders_b": single[second],
        },
        schema=dict.fromkeys(("a", "b", "orders", "orders_a", "orders_b"), pl.Int64),
    )
    return found.sort("orders", "a", "b", descending=[True, False, False])


def _enough(counts: np.ndarray, orders: int, support: float | None) -> np.ndarray:
    if support is None:
        return counts >= LEAST_ORDERS
    return (counts > 0) & (counts / max(orders, 1) >= support)


def looked_at(together: np.ndarray, orders: int, support: float | None) -> int:
    """Return the number of items that enough orders hold: any two of them could have been a frequent pair.

    NOTE: intervals are to hold for all pairs that were looked at. For the frequent ones alone they are too narrow: of
    many pairs that are rarely together by nature, those are frequent that chance has brought together.
    """
    return int(_enough(np.diagonal(together), orders, support).sum())


class Thirds:
    """Orders that hold a third item beside a pair; added up shard by shard."""

    def __init__(self, pairs: pl.DataFrame, items: int, counted: pl.DataFrame | None = None) -> None:
        self.pairs = pairs
        shape = (pairs.height, items)
        self.counts = np.zeros(shape, dtype=np.int32) if counted is None else table_of(counted, *shape)
        """pairs x items."""
        first, second = pairs["a"].to_numpy(), pairs["b"].to_numpy()
        self._members = np.concatenate([first, second])
        self._numbers = np.full((items, items), -1, dtype=np.int32)
        self._numbers[first, second] = np.arange(pairs.height)

    def add(self, baskets: pl.DataFrame) -> None:
        """Count the orders of a shard (`baskets`)."""
        # Three lines at least hold three items.
        usual = baskets.filter(pl.col("items").list.len().is_between(3, GIANT_BASKET - 1))
        found = Incidence.of(usual["items"], self.counts.shape[1])
        held: list[tuple[np.ndarray, np.ndarray]] = []
        likely = found.among(self._members)
        for first, second in likely.pairs():
            number = self._numbers[likely.items[first], likely.items[second]]
            known = number >= 0
            held.append((likely.rows[first][known], number[known]))
        none = np.zeros(0, dtype=np.int64)
        rows, numbers = (np.concatenate([none, *(each[side] for each in held)]) for side in range(2))
        sparse = load("scipy.sparse")

        ones = np.ones(len(rows), dtype=np.int32)
        holding = sparse.csr_array((ones, (numbers, rows)), shape=(self.pairs.height, found.height))
        add_product(holding, found.matrix(), self.counts)


def rules_of_pairs(pairs: pl.DataFrame, orders: int, items: int) -> pl.DataFrame:
    """Turn pairs (`frequent`) into rules, both ways: antecedents (list of numbers), consequent, and the figures.

    `items` is the number of those that pairs were looked for among (`looked_at`).
    """
    forth = pairs.select(
        antecedents=pl.concat_list("a"), consequent="b", both="orders", antecedent="orders_a", other="orders_b"
    )
    back = pairs.select(
        antecedents=pl.concat_list("b"), consequent="a", both="orders", antecedent="orders_b", other="orders_a"
    )
    return _measured(pl.concat([forth, back]), orders, comparisons=items * (items - 1) // 2)


def rules_of_triples(thirds: Thirds, together: np.ndarray, orders: int, support: float | None) -> pl.DataFrame:
    """Turn pairs and the orders that hold a third item into rules {A, B} -> C, of the frequent triples."""
    pairs, counts = thirds.pairs, thirds.counts
    enough = _enough(counts, orders, support)
    own = np.arange(pairs.height)
    enough[own, pairs["a"].to_numpy()] = enough[own, pairs["b"].to_numpy()] = False
    place, other = np.nonzero(enough)
    extended = pairs[place].with_columns(
        pl.Series("consequent", other, dtype=pl.Int64),
        pl.Series("both", counts[place, other], dtype=pl.Int64),
        pl.Series("other", np.diagonal(together)[other], dtype=pl.Int64),
    )
    ways = extended.select(
        pl.concat_list("a", "b").alias("antecedents"), "consequent", "both", antecedent="orders", other="other"
    )
    return _measured(ways, orders, comparisons=_thirds_looked_at(thirds, together, orders, support))


def _thirds_looked_at(thirds: Thirds, together: np.ndarray, orders: int, support: float | None) -> int:
    return thirds.pairs.height * max(looked_at(together, orders, support) - 2, 0)


def telling(triples: pl.DataFrame, thirds: Thirds, together: np.ndarray) -> pl.DataFrame:
    """Keep the rules of triples that say more than their pairs: both products together foretell better than either.

    The confidence of {A, B} -> C must be above those of A -> C and B -> C by more than chance (productive rules:
    Bayardo et al. 1999, Webb 2007), by the lower end of its interval.
    """
    single = np.diagonal(together)
    consequent = triples["consequent"].to_numpy()
    best = np.zeros(triples.height)
    for place in range(2):
        item = triples["antecedents"].list.get(place).to_numpy()
        pair = together[np.minimum(item, consequent), np.maximum(item, consequent)]
        best = np.maximum(best, pair / np.maximum(single[item], 1))
    low, _ = wilson(pl.col("both"), pl.col("antecedent"), comparisons=_thirds_looked_at(thirds, together, 0, None))
    return triples.filter((low > pl.Series("best", best)) & (pl.col("lift_low") > 1))


def _measured(rules: pl.DataFrame, orders: int, comparisons: int) -> pl.DataFrame:
    """Compute the figures of rules from the orders that hold both sides, the antecedent and the consequent."""
    whole = pl.lit(orders)
    shares = rules.with_columns(
        support=ratio(pl.col("both"), whole),
        antecedent_support=ratio(pl.col("antecedent"), whole),
        consequent_support=ratio(pl.col("other"), whole),
        confidence=ratio(pl.col("both"), pl.col("antecedent")),
        # Of integers, so that the lift of A -> B is that of B -> A to the bit.
        lift=ratio(pl.col("both").cast(pl.Int128) * orders, pl.col("antecedent").cast(pl.Int128) * pl.col("other")),
    )
    # The orders that hold each side taken as they are, their meeting is as uncertain as a Poisson count.
    low, high = around(pl.col("lift"), ratio(pl.lit(1), pl.col("both")) - ratio(pl.lit(1), whole), comparisons)
    of_both, of_one, of_other = (pl.col(name) for name in ("support", "antecedent_support", "consequent_support"))
    leverage = of_both - of_one * of_other
    most = pl.max_horizontal(of_both * (1 - of_one), of_one * (of_other - of_both))
    sure = pl.col("both") == pl.col("antecedent")
    return shares.with_columns(
        lift_low=low,
        lift_high=high,
        leverage=leverage,
        conviction=pl.when(sure).then(float("inf")).otherwise((1 - of_other) / (1 - pl.col("confidence"))),
        zhang=pl.when(most > 0).then(leverage / most).otherwise(0.0),
    )


def strongest(rules: pl.DataFrame, most: int = MOST_RULES) -> pl.DataFrame:
    """Keep the rules that tell most, of the two ways of a pair the more confident first.

    A rule tells the more, the more orders it has and the larger even the lower end of its lift is: orders x
    ln(lift_low), a term of the Kullback-Leibler divergence. By the lift alone a handful of orders of rarities would
    head the list.
    """
    tells = pl.col("both") * pl.col("lift_low").log()
    ordered = rules.with_columns(tells=tells).sort(
        ["tells", "confidence", "antecedents", "consequent"], descending=[True, True, False, False], nulls_last=True
    )
    return ordered.drop("tells").head(most)


def finish_rules(rules: pl.DataFrame, items: Items) -> pl.DataFrame:
    """Name the items of rules by their numbers: the table `basket_rules`, the most telling first."""
    named = {
        "antecedents": pl.col("antecedents").list.eval(items.named(pl.element())),
        "antecedent_labels": pl.col("antecedents").list.eval(items.labelled(pl.element())),
        "consequent": items.named("consequent"),
        "consequent_label": items.labelled("consequent"),
        "orders": pl.col("both"),
    }
    return (
        strongest(rules, rules.height)
        .select(**named, **{name: pl.col(name) for name in list(RULES)[5:]})
        .match_to_schema(pl.Schema(RULES))
    )


def pairs_of_segments(counts: Counts, pairs: pl.DataFrame) -> pl.DataFrame:
    """Find the pairs that tell most about the orders of each segment.

    `pairs` are those of all orders (`frequent`). A pair needs LEAST_ORDERS orders of the segment, and more of them than
    chance would have brought together. One row per segment and pair, the most telling first: segment, `a`, `b`
    (numbers), orders, support, lift, lift_low, overall_lift (null where too few orders hold the pair).
    """
    every = rules_of_pairs(pairs, int(counts.orders.sum()), pairs.height).select(
        a=pl.col("antecedents").list.first(), b="consequent", overall_lift="lift"
    )
    found = [every.select(pl.lit(0, pl.Int64).alias("segment"), "a", "b").head(0)]
    for segment, orders in enumerate(counts.orders.tolist(), 1):
        together = counts.together[segment - 1]
        own = rules_of_pairs(frequent(together, orders, None), orders, looked_at(together, orders, None))
        once = own.filter((pl.col("antecedents").list.first() < pl.col("consequent")) & (pl.col("lift_low") > 1))
        found.append(
            strongest(once, MOST_OF_SEGMENT).select(
                pl.lit(segment, pl.Int64).alias("segment"),
                pl.col("antecedents").list.first().alias("a"),
                pl.col("consequent").alias("b"),
                pl.col("both").alias("orders"),
                "support",
                "lift",
                "lift_low",
            )
        )
    return pl.concat(found, how="diagonal").join(every, on=["a", "b"], how="left", maintain_order="left")


def finish_segment_pairs(found: pl.DataFrame, segments: pl.DataFrame, items: Items) -> pl.DataFrame:
    """Name the items and segments of `pairs_of_segments`: the table `segment_pairs`."""
    named = found.join(segments, on="segment", how="left", maintain_order="left").with_columns(
        first=items.named("a"),
        first_label=items.labelled("a"),
        second=items.named("b"),
        second_label=items.labelled("b"),
    )
    return named.select(list(SEGMENT_PAIRS)).match_to_schema(pl.Schema(SEGMENT_PAIRS))


def _called(number: str | pl.Expr, texts: Sequence[str]) -> pl.Expr:
    column = pl.col(number) if isinstance(number, str) else number
    return column.replace_strict(dict(enumerate(texts)), return_dtype=pl.String) if texts else column.cast(pl.String)
