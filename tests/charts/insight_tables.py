"""Made-up tables of products: what segments favour, what is bought together, what is bought next."""

from __future__ import annotations

import math
import random

import polars as pl

PRODUCTS = (
    "WHITE HANGING HEART T-LIGHT HOLDER",
    "REGENCY CAKESTAND 3 TIER",
    "JUMBO BAG RED RETROSPOT",
    "PARTY BUNTING",
    "ASSORTED COLOUR BIRD ORNAMENT",
    "LUNCH BAG BLACK SKULL.",
    "SET OF 3 CAKE TINS PANTRY DESIGN",
    "PACK OF 72 RETROSPOT CAKE CASES",
    "GREEN REGENCY TEACUP AND SAUCER",
    "PINK REGENCY TEACUP AND SAUCER",
    "ROSES REGENCY TEACUP AND SAUCER",
    "ALARM CLOCK BAKELIKE RED",
    "ALARM CLOCK BAKELIKE GREEN",
    "Coffee beans",
    "Filter papers, 100",
    "Descaler",
    "Hand-thrown espresso cup",
    "PAPER CHAIN KIT 50'S CHRISTMAS",
    "WOODEN STAR CHRISTMAS SCANDINAVIAN",
    "JAM MAKING SET WITH JARS",
)

PRODUCT_AFFINITY = {
    "segment": pl.Int64,
    "segment_name": pl.String,
    "item": pl.String,
    "label": pl.String,
    "buyers": pl.Int64,
    "buyer_share": pl.Float64,
    "lift": pl.Float64,
    "revenue": pl.Float64,
    "segment_share": pl.Float64,
    "overall_share": pl.Float64,
    "index": pl.Float64,
    "index_low": pl.Float64,
    "index_high": pl.Float64,
    "supported": pl.Boolean,
}
BASKET_RULES: dict[str, pl.DataType | type[pl.DataType]] = {
    "antecedents": pl.List(pl.String),
    "antecedent_labels": pl.List(pl.String),
    "consequent": pl.String,
    "consequent_label": pl.String,
    "orders": pl.Int64,
    "support": pl.Float64,
    "antecedent_support": pl.Float64,
    "consequent_support": pl.Float64,
    "confidence": pl.Float64,
    "lift": pl.Float64,
    "lift_low": pl.Float64,
    "lift_high": pl.Float64,
    "leverage": pl.Float64,
    "conviction": pl.Float64,
    "zhang": pl.Float64,
}
SEQUENCES = {
    "first": pl.String,
    "first_label": pl.String,
    "next": pl.String,
    "next_label": pl.String,
    "customers": pl.Int64,
    "first_customers": pl.Int64,
    "share": pl.Float64,
    "overall_share": pl.Float64,
    "lift": pl.Float64,
    "lift_low": pl.Float64,
    "lift_high": pl.Float64,
    "median_days": pl.Float64,
}
ENTRY_PRODUCTS = {
    "item": pl.String,
    "label": pl.String,
    "customers": pl.Int64,
    "followed": pl.Int64,
    "came_back": pl.Int64,
    "rate": pl.Float64,
    "overall_rate": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
    "median_days": pl.Float64,
    "horizon_days": pl.Int64,
}


def product_affinity(
    dice: random.Random, called: dict[int, str], labels: tuple[str, ...] = PRODUCTS, most: int = 25
) -> pl.DataFrame:
    """Return as many products a segment as there are labels, `most` at the utmost, and the rest of its spend."""
    rows = []
    for segment, name in called.items():
        left = 1.0
        for number, label in enumerate(labels[:most]):
            usual = 0.012 * 1.1**-number
            ratio = 1.0 if len(called) == 1 else 2.2 ** dice.gauss(0, 1)
            buyers = int(900 * usual * ratio * dice.uniform(1, 4)) + 1
            width = 1.6 / math.sqrt(buyers) if len(called) > 1 else 0.0
            rows.append(
                {
                    "segment": segment,
                    "segment_name": name,
                    "item": f"p{number}",
                    "label": label,
                    "buyers": buyers,
                    "buyer_share": min(1.0, 9 * usual * ratio),
                    "lift": ratio,
                    "revenue": buyers * 31.5,
                    "segment_share": usual * ratio,
                    "overall_share": usual,
                    "index": 100 * ratio,
                    "index_low": 100 * ratio * math.exp(-width),
                    "index_high": 100 * ratio * math.exp(width),
                    "supported": buyers >= 10,
                }
            )
            left -= usual * ratio
        rows.append(
            {"segment": segment, "segment_name": name, "item": None, "label": "(all others)"}
            | {"buyers": 0, "revenue": 9e4, "segment_share": left, "overall_share": left, "index": 100.0}
            | {"supported": False}
        )
    return pl.DataFrame(rows, schema=PRODUCT_AFFINITY)


def basket_rules(dice: random.Random, labels: tuple[str, ...] = PRODUCTS, pairs: int = 40) -> pl.DataFrame:
    """Return both directions of as many pairs of products, and some rules of triples."""
    rows = []
    total, places = 18_500, range(len(labels))
    for _ in range(pairs):
        one, other = dice.randrange(len(labels)), dice.randrange(len(labels))
        if one == other:
            continue
        frequent, rare = dice.randint(600, 2_000), dice.randint(150, 600)
        both = int(rare * dice.uniform(0.1, 0.8))
        third = [place for place in places if place not in {one, other}]
        sets = [([one], other, frequent, rare), ([other], one, rare, frequent)]
        if third and dice.random() < 0.2:
            sets.append(([one, third[0]], other, both + 10, rare))
        for given, then, with_given, with_then in sets:
            lift = both / with_given / (with_then / total)
            width = 1.96 / math.sqrt(both)
            confidence = both / with_given
            rows.append(
                {
                    "antecedents": [f"p{place}" for place in given],
                    "antecedent_labels": [labels[place] for place in given],
                    "consequent": f"p{then}",
                    "consequent_label": labels[then],
                    "orders": both,
                    "support": both / total,
                    "antecedent_support": with_given / total,
                    "consequent_support": with_then / total,
                    "confidence": confidence,
                    "lift": lift,
                    "lift_low": lift * math.exp(-width),
                    "lift_high": lift * math.exp(width),
                    "leverage": both / total - with_given / total * with_then / total,
                    "conviction": math.inf if confidence == 1 else (1 - with_then / total) / (1 - confidence),
                    "zhang": 0.8,
                }
            )
    table = pl.DataFrame(rows, schema=BASKET_RULES)
    once = table.with_columns(key=pl.col("antecedents").list.join("+") + ">" + pl.col("consequent"))
    return (
        once.unique(subset="key", keep="first", maintain_order=True)
        .sort("lift_low", "key", descending=[True, False])
        .drop("key")
    )


def segment_pairs(called: dict[int, str]) -> pl.DataFrame:
    """Return two pairs a segment, one of them rare among all orders."""
    rows = [
        {"segment": segment, "segment_name": name, "first": "a", "first_label": PRODUCTS[0], "second": f"b{place}"}
        | {"second_label": PRODUCTS[1 + place], "orders": 120, "support": 0.01, "lift": 4.5, "lift_low": 3.1}
        | {"overall_lift": None if place else 2.5}
        for segment, name in called.items()
        for place in range(2)
    ]
    return pl.DataFrame(rows, schema_overrides={"overall_lift": pl.Float64})


def sequences(dice: random.Random, labels: tuple[str, ...] = PRODUCTS, count: int = 30) -> pl.DataFrame:
    """Return what is bought next, most of it after few first products, some of it the same product again."""
    rows = {}
    for number in range(count):
        first = dice.randrange(min(len(labels), 8))
        then = first if number % 5 == 0 else dice.randrange(len(labels))
        began = 140 + 97 * first
        usual = dice.uniform(0.01, 0.06)
        customers = max(2, int(began * min(0.8, usual * dice.uniform(1.2, 8))))
        share = customers / began
        width = 1.96 / math.sqrt(customers)
        rows[first, then] = {
            "first": f"p{first}",
            "first_label": labels[first],
            "next": f"p{then}",
            "next_label": labels[then],
            "customers": customers,
            "first_customers": began,
            "share": share,
            "overall_share": usual,
            "lift": share / usual,
            "lift_low": share / usual * math.exp(-width),
            "lift_high": share / usual * math.exp(width),
            "median_days": float(dice.randint(3, 140)),
        }
    table = pl.DataFrame(list(rows.values()), schema=SEQUENCES)
    return table.sort("lift_low", "first", "next", descending=[True, False, False])


def entry_products(dice: random.Random, labels: tuple[str, ...] = PRODUCTS, overall: float = 0.24) -> pl.DataFrame:
    """Return the share who came back by first product; who began with the last one has not been followed yet."""
    rows = []
    for number, label in enumerate(labels):
        followed = int(900 * 1.2**-number) + 3
        came_back = int(followed * min(1.0, overall * 1.5 ** dice.gauss(0, 1)))
        rate, width = came_back / followed, 1 / math.sqrt(followed)
        late = number and number == len(labels) - 1
        rows.append(
            {
                "item": f"p{number}",
                "label": label,
                "customers": followed + 40,
                "followed": 0 if late else followed,
                "came_back": 0 if late else came_back,
                "rate": None if late else rate,
                "overall_rate": overall,
                "low": None if late else max(0.0, rate - width),
                "high": None if late else min(1.0, rate + width),
                "median_days": None if late or not came_back else float(dice.randint(9, 130)),
                "horizon_days": 90,
            }
        )
    return pl.DataFrame(rows, schema=ENTRY_PRODUCTS)
