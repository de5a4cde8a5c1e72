"""Every figure of a run as one JSON-ready dictionary: the content of `summary.json`."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime
from math import isfinite
from typing import TYPE_CHECKING, Any

import polars as pl

from engine.insights import tree
from engine.insights.left_out import left_out
from engine.intake import alerts
from engine.report.figures import median_gap
from engine.report.findings import findings
from engine.report.foretold import of_forecast
from engine.segments.alerts import of_names, of_segments
from engine.units import MICROS
from engine.version import __version__

if TYPE_CHECKING:
    from engine.insights.concentration import Concentration
    from engine.insights.tree import Periods
    from engine.intake.shards import Intake
    from engine.intake.source import Source
    from engine.result import Frames
    from engine.run import Built
    from engine.runners.forecasting import Forecast
    from engine.runners.local import Totals
    from engine.runners.patterns import Patterns
    from engine.segments.segmentation import Segmentation
    from engine.settings import Settings
    from engine.tables import Tables

KEYS = {
    "version": "of the program",
    "seed": "of all random choices",
    "currency": "shown with money; empty where none is known",
    "source": "what was read: files, encoding, delimiter, date format, the role of each column and why",
    "rows": "lines read, kept and rejected, by reason",
    "revenue": "of the kept lines, net of returns",
    "period": "first and last line",
    "as_of": "the moment that recency is counted to",
    "alerts": "what to mind: code, message, lines and money that it touches",
    "customers": "number of customers",
    "buyers": "those with a purchase",
    "orders": "number of purchases",
    "products": "number of products",
    "buyer_share": "buyers per customer",
    "repeat_rate": "share of buyers with two purchases or more",
    "orders_per_buyer": "purchases per buyer",
    "average_order": "revenue per purchase",
    "features": "how each feature is spread over customers: lowest, quartiles, median, mean, highest",
    "k": "the number of segments: chosen, by whom, the candidates with their evidence, the verdict",
    "segments": "one object per segment, as in segments.csv",
    "typical_customers": "those nearest to the centre of each segment",
    "rules": "conditions that restate the segments, and their accuracy",
    "segment_rfm": "segments across RFM groups",
    "rfm": "RFM groups",
    "rfm_cuts": "least and largest value of each RFM score",
    "rfm_thresholds": "the cuts between the scores",
    "affinity_by": "whether affinity is told by category or product",
    "affinity": "what each segment buys, by category",
    "product_affinity": "the same by product",
    "basket_rules": "association rules of products in one order",
    "segment_pairs": "pairs of products by segment",
    "sequences": "what is bought on the day of purchase after the first",
    "entry_products": "products that customers begin with, and who comes back",
    "cohorts": "customers by month of their first order, followed by month",
    "segment_retention": "the same by segment",
    "repeat_rates": "who orders again within so many days (Kaplan-Meier)",
    "months": "revenue and customers by month, new and returning",
    "rhythm": "days between purchases of a category or product",
    "customer_rhythm": "days between the orders of each segment's customers",
    "seasonality": "months and weekdays against the average",
    "heaviness": "heavy, medium and light buyers",
    "revenue_tree": "what drove revenue between the two periods",
    "columns": "how the numbers of the lines are spread",
    "correlations": "rank correlations of the features",
    "counted": "what the insights were counted from",
    "order_gaps": "number and median of the days between orders",
    "concentration": "share of revenue of the best customers, and Gini",
    "product_concentration": "the same for products",
    "periods": "the two periods that revenue is compared over; null where the data is too short",
    "left_out": "insights that are missing, and why",
    "forecast": "horizon, models and their proof, verdict, what is foretold of each segment",
    "findings": "the key findings, as sentences",
}
"""What stands in the summary, by its keys."""

INSIGHT_TABLES = (
    "affinity",
    "product_affinity",
    "basket_rules",
    "segment_pairs",
    "sequences",
    "entry_products",
    "cohorts",
    "segment_retention",
    "repeat_rates",
    "months",
    "rhythm",
    "customer_rhythm",
    "seasonality",
    "heaviness",
    "revenue_tree",
    "columns",
    "correlations",
)
"""Tables of `Frames` that the summary holds as they are."""


def summarise(
    run: dict[str, Any],
    customers: pl.LazyFrame,
    built: Built,
    tables: Tables,
    segmentation: Segmentation,
    found: Patterns,
    forecast: Forecast,
) -> dict[str, Any]:
    """Collect every figure of a run: what was read (`run`), the customers, the tables, the alerts and the findings."""
    totals, frames = built.totals, tables.frames
    summary = {
        **run,
        **customer_figures(customers, totals, tables.features),
        **_tables(frames, segmentation, totals),
        **_insights(tables, built, found, forecast),
    }
    summary["average_order"] = _over(summary["revenue"], summary["orders"])
    summary["alerts"] = [
        *run["alerts"],
        *alerts.of_lines(totals.kinds | built.sums.duplicates, run["rows"]["kept"]),
        *alerts.of_baskets(built.sums.baskets),
        *alerts.of_customers(customers, summary),
        *alerts.of_time(frames, summary),
        *of_segments(segmentation.fit, frames.segments),
        *of_names(segmentation.model.names, segmentation.own_names),
    ]
    summary["findings"] = findings(frames, summary)
    return summary


def summarise_input(source: Source, settings: Settings, intake: Intake, as_of: datetime) -> dict[str, Any]:
    """Return what was read and how: rows, revenue, period, alerts, the detected format."""
    return {
        "version": __version__,
        "seed": settings.seed,
        "currency": settings.currency,
        "source": source.describe(),
        "rows": {
            "read": intake.read,
            "kept": intake.kept,
            "rejected": intake.read - intake.kept,
            "rejected_by_reason": intake.rejected_by_reason,
        },
        "revenue": intake.revenue / MICROS,
        "period": {"first": intake.first.isoformat(), "last": intake.last.isoformat()},
        "as_of": as_of.isoformat(),
        "alerts": [asdict(each) for each in intake.alerts],
    }


def customer_figures(customers: pl.LazyFrame, totals: Totals, features: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the figures of all customers: how many, what they bought, how their `features` are spread."""
    orders = pl.col("orders")
    counts = customers.select(
        customers=pl.len(), orders=orders.sum(), buyers=(orders > 0).sum(), repeaters=(orders > 1).sum()
    ).collect(engine="streaming")
    row = counts.row(0, named=True)
    return {
        "customers": row["customers"],
        "buyers": row["buyers"],
        "orders": row["orders"],
        "products": totals.products.height,
        "buyer_share": _over(row["buyers"], row["customers"]),
        "repeat_rate": _over(row["repeaters"], row["buyers"]),
        "orders_per_buyer": _over(row["orders"], row["buyers"]),
        "features": features,
    }


def _tables(frames: Frames, segmentation: Segmentation, totals: Totals) -> dict[str, Any]:
    """Return the aggregated tables of the run as lists of records, and the evidence for the number of segments."""
    evidence, fit = frames.k_evidence, segmentation.fit
    return {
        "k": {
            "chosen": len(fit.centroids),
            "chosen_by": fit.chosen_by,
            "candidates": records(evidence.drop("chosen")),
            "structure": fit.verdict.structure,
            "verdict": fit.verdict.text,
        },
        "segments": records(frames.segments.rename({"segment": "id", "segment_name": "name"})),
        "typical_customers": records(frames.typical),
        "rules": {"accuracy": segmentation.rules.accuracy, "conditions": records(frames.rules)},
        "segment_rfm": records(frames.segment_rfm),
        "rfm": records(frames.rfm),
        "rfm_cuts": records(frames.rfm_cuts),
        "rfm_thresholds": segmentation.model.rfm_cuts.to_dict(),
        "affinity_by": "product" if totals.items_by == "product_id" else totals.items_by,
    }


def _insights(tables: Tables, built: Built, found: Patterns, forecast: Forecast) -> dict[str, Any]:
    """Return the tables of the insights, with what was counted for them, and why some are not there."""
    frames, wanted = tables.frames, built.wanted
    compared = tree.periods(wanted.first, wanted.as_of)
    return {
        **{name: records(getattr(frames, name)) for name in INSIGHT_TABLES},
        "counted": found.counted,
        "order_gaps": {"gaps": int(frames.gaps["gaps"].sum()), "median_days": median_gap(frames.gaps)},
        "concentration": _shares(tables.concentration),
        "product_concentration": _shares(tables.product_concentration),
        "periods": None
        if compared is None or frames.revenue_tree.is_empty()
        else _periods(compared, built.sums.periods),
        "left_out": left_out(
            frames,
            wanted,
            items_by=built.totals.items_by,
            products=len(built.totals.goods),
            listed=built.totals.products.height,
            categories=built.totals.codes["category"].drop_nulls().n_unique(),
            counted=found.counted,
            no_forecast=forecast.why_not,
        ),
        "forecast": of_forecast(forecast, vars(frames), records),
    }


def _periods(compared: Periods, sums: pl.DataFrame) -> dict[str, Any]:
    """Return what the revenue tree compares: the days of both periods, and their revenue."""
    revenue = {period: int(amount) / MICROS for period, amount in sums.select("period", "amount").iter_rows()}
    return {
        "name": compared.name,
        "before": [each.isoformat() for each in (compared.before_start, compared.before_end)],
        "after": [each.isoformat() for each in (compared.after_start, compared.after_end)],
        "revenue_before": revenue[0],
        "revenue_after": revenue[1],
    }


def _over(part: float, whole: int) -> float | None:
    return part / whole if whole else None


def _shares(of: Concentration) -> dict[str, float | None]:
    return {name: getattr(of, name) for name in ("top_1_share", "top_10_share", "top_20_share", "gini")}


def records(frame: pl.DataFrame) -> list[dict[str, Any]]:
    """Return the rows as dictionaries that JSON can hold: times in ISO 8601, null for what is not finite.

    A conviction of null is that of a rule that always holds.
    """
    return [{name: _plain(value) for name, value in row.items()} for row in frame.iter_rows(named=True)]


def _plain(value: Any) -> Any:
    if isinstance(value, float) and not isfinite(value):
        return None
    return value.isoformat() if isinstance(value, date) else value
