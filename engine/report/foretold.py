"""The forecast as the summary holds it, and as rows of text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.forecast.names import BUYING, LABELS
from engine.report import numbers

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import polars as pl

    from engine.runners.forecasting import Forecast

CHANCE = 0.5
"""AUC of a ranking by chance."""
TABLES = {
    "models": "forecast_models",
    "cutoffs": "forecast_cutoffs",
    "calibration": "forecast_calibration",
    "gain": "forecast_gain",
    "deciles": "forecast_deciles",
    "weeks": "forecast_weeks",
    "segments": "forecast_segments",
    "importance": "forecast_importance",
    "alive": "alive",
    "outlook": "outlook",
}
"""Tables of `Frames` by their name in the summary's `forecast`."""

MODELS = (
    "Model",
    "AUC",
    "95% interval",
    "Of the top 10%",
    "Lift",
    "Calibration error",
    "Error of orders",
    "Orders",
    "Spend",
)
CUTOFFS = ("Cut-off", "Customers", "Came back", "Foretold", "AUC", "Best rule of thumb", "Orders", "Foretold")
SEGMENTS = (
    "Segment",
    "Customers",
    "Foretold to return",
    "Returned",
    "Orders foretold",
    "Orders",
    "Spend foretold",
    "Spend",
)
DECILES = ("Tenth", "Customers", "Foretold to return", "Returned", "Orders foretold", "Orders")
OUTLOOK = ("Segment", "Customers", "Likely to return", "Orders", "Spend", "Spend each", "Within a year", "Each")


def of_forecast(
    forecast: Forecast, tables: Mapping[str, pl.DataFrame], records: Callable[[pl.DataFrame], list[dict[str, Any]]]
) -> dict[str, Any]:
    """Return the summary's `forecast`: the proof, what it comes to, and what is foretold; or why there is none.

    `tables` are those of `forecast.tables.forecast_tables`.
    """
    plan, proof, buying = forecast.plan, forecast.proof, forecast.buying
    return {
        "horizon_days": plan.horizon if plan else None,
        "horizon_by": plan.chosen_by if plan else None,
        "customers_sampled": forecast.customers,
        "chosen": proof.chosen if proof else None,
        "verdict": forecast.verdict if proof else f"No forecast: {forecast.why_not}",
        "notes": list(forecast.notes),
        "parameters": {
            "bg_nbd": _parameters(buying.days, "r", "alpha", "a", "b") if buying else None,
            "gamma_gamma": _parameters(buying.money, "p", "q", "v") if buying and buying.money else None,
            "orders_per_day": buying.orders_per_day if buying else None,
        },
        **{name: records(tables[table]) for name, table in TABLES.items()},
    }


def _parameters(model: Any, *names: str) -> dict[str, float | bool]:
    return {name: float(getattr(model, name)) for name in (*names, "log_likelihood")} | {
        "customers": model.customers,
        "bounded": model.bounded,
    }


def chosen(summary: dict[str, Any]) -> dict[str, Any] | None:
    """Return the measures of the model that is used; None without a forecast."""
    models = (summary.get("forecast") or {}).get("models") or []
    return next((each for each in models if each["chosen"]), None)


def picked(summary: dict[str, Any]) -> str | None:
    """Say what picking the likeliest tenth would have been worth; None without a forecast."""
    model = chosen(summary)
    if model is None:
        return None
    rate, lift = model["top_decile_rate"], model["top_decile_lift"]
    days = summary["forecast"]["horizon_days"]
    if model["auc_low"] <= CHANCE:
        return (
            "Which of them will buy cannot be told from this data: of the 10% we would have picked "
            f"{numbers.share(rate)} did, of all {numbers.share(rate / lift)}."
        )
    return (
        f"Of the 10% we would have picked, {numbers.share(rate)} bought within {numbers.plural(days, 'day')}; "
        f"at random {numbers.share(rate / lift)} would have."
    )


def models(summary: dict[str, Any]) -> list[tuple[bool, list[str]]]:
    """Write the measures of the models, whether each is the chosen one beside it."""
    return [
        (
            row["chosen"],
            [
                f"{row['label']} (chosen)" if row["chosen"] else row["label"],
                numbers.fine(row["auc"]),
                f"{numbers.fine(row['auc_low'])} to {numbers.fine(row['auc_high'])}",
                numbers.share(row["top_decile_rate"]),
                numbers.times(row["top_decile_lift"]),
                numbers.fine(row["calibration_error"]),
                numbers.fine(row["mae_orders"]),
                _off(row["orders_ratio"]),
                _off(row["spend_ratio"]),
            ],
        )
        for row in summary["forecast"]["models"]
    ]


def cutoffs(summary: dict[str, Any]) -> list[list[str]]:
    """Write what came of each cut-off."""
    return [
        [
            numbers.day(row["cutoff"]),
            numbers.full(row["customers"]),
            numbers.share(row["returned"]),
            numbers.share(row["p_return"]),
            numbers.fine(row["auc"]),
            numbers.fine(row["auc_simple"]),
            numbers.full(row["orders_actual"]),
            numbers.full(row["orders_expected"]),
        ]
        for row in summary["forecast"]["cutoffs"]
    ]


def deciles(summary: dict[str, Any]) -> list[list[str]]:
    """Write what was foretold of each tenth of the customers, and what came."""
    return [
        [
            str(row["tenth"]),
            numbers.full(row["customers"]),
            numbers.share(row["p_return"]),
            numbers.share(row["returned"]),
            numbers.full(row["orders_expected"]),
            numbers.full(row["orders_actual"]),
        ]
        for row in summary["forecast"]["deciles"]
    ]


def segments(summary: dict[str, Any]) -> list[list[str]]:
    """Write what was foretold of each segment, and what came."""
    currency = str(summary.get("currency") or "")
    return [
        [
            row["segment_name"],
            numbers.full(row["customers"]),
            numbers.share(row["p_return"]),
            numbers.share(row["returned"]),
            numbers.full(row["orders_expected"]),
            numbers.full(row["orders_actual"]),
            numbers.money(row["spend_expected"], currency),
            numbers.money(row["spend_actual"], currency),
        ]
        for row in summary["forecast"]["segments"]
    ]


def outlook(summary: dict[str, Any]) -> list[list[str]]:
    """Write what is foretold of each segment now."""
    currency = str(summary.get("currency") or "")
    return [
        [
            row["segment_name"],
            numbers.full(row["customers"]),
            numbers.share(row["p_return"]),
            numbers.full(row["expected_orders"]),
            numbers.money(row["expected_spend"], currency),
            numbers.money(row["spend_per_customer"], currency),
            numbers.money(row["value_365"], currency),
            numbers.money(row["value_per_customer"], currency),
        ]
        for row in summary["forecast"]["outlook"]
    ]


def ahead(row: dict[str, Any], summary: dict[str, Any]) -> str:
    """Say what is foretold of one segment: a row of `outlook`."""
    days = numbers.plural(summary["forecast"]["horizon_days"], "day")
    spend = numbers.money(row["expected_spend"], str(summary.get("currency") or ""))
    return f"{numbers.share(row['p_return'])} are likely to order within {days}, for {spend} in all."


def notes(summary: dict[str, Any]) -> list[str]:
    """Say what could not be fitted or shown, and what that means."""
    forecast = summary["forecast"]
    found = [f"{each}." for each in forecast["notes"]]
    if any(each.startswith(LABELS[BUYING]) for each in found):
        found.append(f"Without {LABELS[BUYING]} there are no blends, and a year is what the horizon is, drawn out.")
    elif not forecast["alive"]:
        found.append(
            f"{LABELS[BUYING]} finds that hardly any customer is ever lost for good: the silent ones are slow. So "
            "there is no picture of who is still a customer."
        )
    return found


def _off(ratio: float | None) -> str:
    """Write how far a total was missed."""
    return numbers.MISSING if ratio is None else numbers.change(ratio - 1)
