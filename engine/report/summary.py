"""Every figure of a run as one JSON-ready dictionary: the content of `summary.json`."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import polars as pl

from engine.insights.distribution import DESCRIBED, distribution
from engine.intake import alerts
from engine.report.findings import findings
from engine.segments.alerts import of_names, of_segments
from engine.units import MICROS
from engine.version import __version__

if TYPE_CHECKING:
    from engine.insights.concentration import Concentration
    from engine.intake.shards import Intake
    from engine.intake.source import Source
    from engine.result import Frames
    from engine.runners.local import Sums, Totals
    from engine.segments.segmentation import Segmentation
    from engine.settings import Settings


def summarise(
    run: dict[str, Any],
    customers: pl.LazyFrame,
    totals: Totals,
    frames: Frames,
    segmentation: Segmentation,
    concentration: Concentration,
    sums: Sums,
) -> dict[str, Any]:
    """Collect every figure of a run: what was read (`run`), the customers, the tables, the alerts and the findings."""
    summary = {**run, **customer_figures(customers, totals), **_tables(frames, segmentation, concentration, totals)}
    summary["alerts"] = [
        *run["alerts"],
        *alerts.of_lines(totals.kinds | sums.duplicates, run["rows"]["kept"]),
        *alerts.of_baskets(sums.baskets),
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


def customer_figures(customers: pl.LazyFrame, totals: Totals) -> dict[str, Any]:
    """Return the figures of all customers: how many, what they bought, how their features are spread."""
    orders = pl.col("orders")
    counts = customers.select(
        customers=pl.len(), orders=orders.sum(), buyers=(orders > 0).sum(), repeaters=(orders > 1).sum()
    ).collect(engine="streaming")
    row = counts.row(0, named=True)
    return {
        "customers": row["customers"],
        "buyers": row["buyers"],
        "orders": row["orders"],
        "products": totals.products,
        "repeat_rate": row["repeaters"] / row["buyers"] if row["buyers"] else None,
        "features": _distributions(customers),
    }


def _distributions(customers: pl.LazyFrame) -> list[dict[str, Any]]:
    """Measure every described feature over all customers; one that no customer has is left out."""
    found = []
    for feature in DESCRIBED:
        # NOTE: one column at a time, so that the memory does not grow with the number of features.
        values = customers.select(feature.name).collect(engine="streaming").to_series()
        if values.null_count() < len(values):
            record = {"feature": feature.name, "label": feature.label, "unit": feature.unit}
            found.append({**record, **distribution(values)})
    return found


def _tables(frames: Frames, segmentation: Segmentation, concentration: Concentration, totals: Totals) -> dict[str, Any]:
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
        "affinity_by": "product" if totals.affinity_by == "product_id" else totals.affinity_by,
        "affinity": records(frames.affinity),
        "cohorts": records(frames.cohorts),
        "months": records(frames.months),
        "concentration": {
            "top_1_share": concentration.top_1_share,
            "top_10_share": concentration.top_10_share,
            "top_20_share": concentration.top_20_share,
            "gini": concentration.gini,
        },
    }


def records(frame: pl.DataFrame) -> list[dict[str, Any]]:
    """Return the rows as dictionaries that JSON can hold: times in ISO 8601."""
    return [{name: _plain(value) for name, value in row.items()} for row in frame.iter_rows(named=True)]


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
