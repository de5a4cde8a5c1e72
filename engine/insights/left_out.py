"""Which insights a run does not have, each with a sentence that says why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.insights import seasons
from engine.insights.baskets import LEAST_ORDERS
from engine.insights.sequence import LEAST_BEGINNERS, LEAST_CUSTOMERS
from engine.intake.rules import GIANT_BASKET

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from engine.insights.wanted import Wanted
    from engine.result import Frames

OFF = "Switched off with --without {}."
NO_ITEMS = "The file has neither products nor categories."
NO_PRODUCTS = "The file has no products."
ONE_PRODUCT = "There is one product only, and nothing to compare it with."
NOTHING_SOLD = "Nothing was sold that could be compared: the lines are returns, services, or worth nothing."
ONE_CATEGORY = "The file has no products and one category only, and nothing to compare it with."


def left_out(
    frames: Frames,
    wanted: Wanted,
    *,
    items_by: str | None,
    products: int,
    listed: int,
    categories: int,
    counted: Mapping[str, int | float | None],
    no_forecast: str | None = None,
) -> list[dict[str, str]]:
    """List what is missing: the `insight` it belongs to, the `table` that is empty, and the `reason`.

    `items_by` is the column of the affinities, `products` the number of those that are looked at, `listed` that of all
    products with those that nobody bought and services, `categories` that of all categories, `counted` what was counted
    (see `runners.patterns.Patterns`), `no_forecast` says why there is none.
    """
    nothing = NOTHING_SOLD if listed or categories > 1 else ONE_CATEGORY if categories else NO_ITEMS
    unsold = NOTHING_SOLD if listed else NO_PRODUCTS
    reasons = {
        "affinity": _affinity(frames, items_by, products, nothing, unsold),
        "baskets": _baskets(frames, counted, nothing),
        "sequence": _sequence(frames, counted, nothing),
        "cohorts": _cohorts(frames),
        "timing": _timing(frames, items_by, products, nothing),
        "concentration": _concentration(frames, products, unsold),
        "statistics": _statistics(frames),
        "forecast": [("forecast_models", no_forecast)] if no_forecast else [],
    }
    found: list[dict[str, str]] = []
    for insight, said in reasons.items():
        for table, reason in said:
            told = reason if insight in wanted else OFF.format(insight)
            found.append({"insight": insight, "table": table, "reason": told})
    return found


def _affinity(
    frames: Frames, items_by: str | None, products: int, nothing: str, unsold: str
) -> Iterator[tuple[str, str]]:
    if frames.affinity.is_empty():
        yield "affinity", _no_items(items_by, products, nothing)
    if frames.product_affinity.is_empty():
        yield "product_affinity", unsold if not products else "There is no revenue to be compared."


def _no_items(items_by: str | None, products: int, nothing: str) -> str:
    if items_by is not None:
        return "There is no revenue to be compared."
    return ONE_PRODUCT if products else nothing


def _baskets(frames: Frames, counted: Mapping[str, int | float | None], nothing: str) -> Iterator[tuple[str, str]]:
    if not frames.basket_rules.is_empty():
        if frames.segment_pairs.is_empty():
            yield "segment_pairs", f"No pair stands in {LEAST_ORDERS} orders of a segment, more often than by chance."
        return
    if not counted["compared"]:
        reason = nothing
    elif not counted["orders"] and counted["giant_orders"]:
        reason = f"All orders hold {GIANT_BASKET} lines or more: they are no shopping baskets."
    elif not counted["orders"]:
        reason = "No order holds a product."
    else:
        support = counted["basket_support"]
        least = f"{LEAST_ORDERS} of them" if support is None else f"{support:.2%} of them"
        reason = f"No two products stand together in enough of the {counted['orders']:,} orders (it takes {least})."
    yield "basket_rules", reason
    yield "segment_pairs", reason


def _sequence(frames: Frames, counted: Mapping[str, int | float | None], nothing: str) -> Iterator[tuple[str, str]]:
    back, days = counted["returned"] or 0, counted["horizon_days"]
    if frames.sequences.is_empty():
        if not counted["compared"]:
            yield "sequences", nothing
        elif not back:
            yield "sequences", "No new customer came back on a later day."
        else:
            who = f"{back:,} new customer{'' if back == 1 else 's'} who came back"
            yield "sequences", f"Of {who}, no {LEAST_CUSTOMERS} took one product after another more often than others."
    if frames.entry_products.is_empty():
        if not counted["compared"]:
            yield "entry_products", nothing
        elif days is None:
            yield "entry_products", "The data is too short to tell who comes back: it would take 60 days."
        else:
            yield (
                "entry_products",
                f"No product was the first purchase of {LEAST_BEGINNERS} new customers {days} days ago or earlier.",
            )


def _cohorts(frames: Frames) -> Iterator[tuple[str, str]]:
    if frames.cohorts.filter(frames.cohorts["months_since"] > 0).is_empty():
        reason = "The orders lie in one calendar month: nobody could have come back in a later one."
        yield "cohorts", reason if not frames.cohorts.is_empty() else "There is no purchase."
    if frames.repeat_rates.is_empty() or frames.repeat_rates["rate"].null_count() == frames.repeat_rates.height:
        yield "repeat_rates", "No new customer has been followed for 30 days."


def _timing(frames: Frames, items_by: str | None, products: int, nothing: str) -> Iterator[tuple[str, str]]:
    if frames.gaps.is_empty():
        yield "gaps", "Nobody has ordered twice."
    if frames.customer_rhythm.is_empty():
        yield "customer_rhythm", "Nobody has ordered twice."
    if frames.rhythm.is_empty() or not frames.rhythm["supported"].any():
        few = "Too few customers have bought anything of one kind on two days to tell a rhythm."
        yield "rhythm", few if items_by else ONE_PRODUCT if products else nothing
    if (reason := seasons.why_no_seasons(frames.months)) is not None or frames.seasonality.is_empty():
        yield "seasonality", reason or ""


def _concentration(frames: Frames, products: int, unsold: str) -> Iterator[tuple[str, str]]:
    if frames.concentration.is_empty():
        yield "concentration", "There is no revenue to be spread."
    if frames.product_concentration.is_empty():
        yield "product_concentration", "There is no revenue to be spread." if products else unsold
    if frames.heaviness.is_empty():
        yield "heaviness", "There is no revenue to be spread."
    if frames.revenue_tree.is_empty():
        yield "revenue_tree", "There are no two whole months, both with revenue, to be compared."


def _statistics(frames: Frames) -> Iterator[tuple[str, str]]:
    if frames.columns.is_empty():
        yield "columns", "There are no lines."
    if frames.correlations.is_empty() or frames.correlations["correlation"].null_count() == frames.correlations.height:
        yield "correlations", "Ten customers are needed to tell what goes together."
    if frames.histograms.is_empty():
        yield "histograms", "No feature varies."


CALLED = {
    "affinity": "what each segment buys more of",
    "product_affinity": "the products of each segment",
    "basket_rules": "what is bought together",
    "segment_pairs": "what each segment buys together",
    "sequences": "what is bought next",
    "entry_products": "who comes back by first product",
    "cohorts": "who comes back by month",
    "repeat_rates": "who orders again within so many days",
    "gaps": "days between orders",
    "customer_rhythm": "the rhythm of customers",
    "rhythm": "days until a thing is bought again",
    "seasonality": "seasons of the year",
    "concentration": "how few customers bring how much",
    "product_concentration": "how few products bring how much",
    "heaviness": "heavy and light buyers",
    "revenue_tree": "what drove revenue",
    "columns": "numbers of the lines",
    "correlations": "what goes together in customers",
    "histograms": "how features are spread",
    "forecast_models": "the forecast of who will buy",
}
"""What the tables are to people."""


def missing_of(left_out: Iterable[Mapping[str, str]]) -> list[str]:
    """Write what is left out and why as sentences, those of one reason as one."""
    called: dict[str, list[str]] = {}
    for each in left_out:
        called.setdefault(each["reason"], []).append(CALLED[each["table"]])
    return [f"{', '.join(names)[:1].upper()}{', '.join(names)[1:]}: {reason}" for reason, names in called.items()]
