"""The key findings of a run as sentences, each with its numbers; one that the data does not bear out is not said."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from engine.insights.tree import driver, moved
from engine.report import numbers
from engine.report.figures import median_gap, one_time_share, retention_after, strongest
from engine.report.foretold import picked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.result import Frames

MOST = 7
_NAME = 60
_FEW_CUSTOMERS = 20
_CONCENTRATED, _EVEN = 0.5, 0.35
_CLEAR_INDEX, _CLEAR_SHARE = 200, 0.02
_LATE = 1.5
_BEHIND = 3.0
_WORTH = 0.03


def findings(frames: Frames, summary: dict[str, Any]) -> list[str]:
    """Return up to seven findings, the most telling first; what was left out is told by the alerts, not again here."""
    currency = str(summary.get("currency") or "")
    said = [
        *_best_segment(frames.segments, summary, currency),
        *_concentration(summary),
        *_trend(frames, summary),
        *_slipping(frames, currency),
        *_foretold(summary, currency),
        *_returning(frames, summary),
        *_affinity(frames),
        *_pair(frames),
        *_size(frames, summary, currency),
    ]
    return said[:MOST]


def _best_segment(segments: pl.DataFrame, summary: dict[str, Any], currency: str) -> Iterator[str]:
    if segments.height < 2:
        return
    row = segments.sort("revenue", "segment", descending=[True, False]).row(0, named=True)
    each = row["revenue"] / row["customers"] if row["customers"] else None
    usual = summary["revenue"] / summary["customers"] if summary.get("customers") else None
    text = (
        f"{_named(row)}: {numbers.share(row['customer_share'])} of customers bring "
        f"{numbers.share(row['revenue_share'])} of revenue"
    )
    if each is not None:
        text += f", {numbers.money(each, currency)} each"
        if usual and usual > 0 and each / usual > 1.2:
            text += f", {numbers.times(each / usual)} the average customer"
    yield text + "."


def _concentration(summary: dict[str, Any]) -> Iterator[str]:
    figures = summary.get("concentration") or {}
    ten, twenty = figures.get("top_10_share"), figures.get("top_20_share")
    if (summary.get("buyers") or 0) < _FEW_CUSTOMERS or ten is None or twenty is None:
        return
    if twenty >= _CONCENTRATED:
        start = "Revenue hangs on few customers"
    else:
        start = "Revenue is spread widely" if twenty < _EVEN else "Revenue leans on the best customers"
    yield f"{start}: the best 10% bring {numbers.share(ten)} of it, the best 20% bring {numbers.share(twenty)}."


def _slipping(frames: Frames, currency: str) -> Iterator[str]:
    """Say which segment has fallen furthest behind its own rhythm, or else, which of those gone quiet has brought most.

    Behind: half of its customers have been silent for several times the days that usually lie between their orders.
    Quiet: half have been silent for half as long again as half of all customers.
    """
    if frames.segments.height < 2:
        return
    usual = dict(frames.profile.select("feature", "overall_median").rows()).get("recency_days")
    behind, quiet = [], []
    for row in _with_medians(frames):
        silent, gap, orders = row["recency_days"], row["gap_mean_days"], row["orders"]
        if silent is None:
            continue
        if gap and orders is not None and orders >= 2 and silent >= gap * _BEHIND:
            behind.append((silent / gap, row, f"They used to order every {numbers.days(gap)}"))
        if usual is not None and silent > max(1.0, usual * _LATE) and orders is not None and orders >= 2:
            quiet.append((row["revenue"], row, f"Half of all customers ordered in the last {numbers.days(usual)}"))
    for _, row, text in sorted(behind or quiet, key=lambda each: -each[0])[:1]:
        yield (
            f"{_named(row)}: slipping away. {text}; half of the segment has been silent for "
            f"{numbers.days(row['recency_days'])} or more. They have brought "
            f"{numbers.money(row['revenue'], currency)}, {numbers.share(row['revenue_share'])} of revenue."
        )


def _with_medians(frames: Frames) -> Iterator[dict[str, Any]]:
    """Return the segments that bring a notable part of the revenue, each with the medians of its rhythm."""
    features = ("recency_days", "gap_mean_days", "orders")
    medians = {
        (segment, feature): value
        for segment, feature, value in frames.profile.select("segment", "feature", "median").rows()
    }
    worth = frames.segments.filter((pl.col("revenue") > 0) & (pl.col("revenue_share") >= _WORTH)).sort("segment")
    for row in worth.rows(named=True):
        yield row | {feature: medians.get((row["segment"], feature)) for feature in features}


def _returning(frames: Frames, summary: dict[str, Any]) -> Iterator[str]:
    """Say how many come back, how many never did, and how soon they do."""
    said = [*_retention(frames), *_once(frames, summary)]
    if said:
        yield " ".join(said)


def _retention(frames: Frames) -> Iterator[str]:
    """Say how many come back: within days, where customers were followed so long, else in the months after."""
    known = frames.repeat_rates.filter(pl.col("segment").is_null() & pl.col("rate").is_not_null())
    rates = dict(known.select("horizon_days", "rate").iter_rows())
    told = [f"{numbers.share(rates[days])} within {days} days" for days in (30, 90) if days in rates]
    if told:
        yield f"Of new customers, {' and '.join(told)} of their first order have ordered again."
        return
    first, third = retention_after(frames.cohorts, 1), retention_after(frames.cohorts, 3)
    if first is not None:
        text = f"{numbers.share(first)} of new customers order again in the month after their first order"
        yield text + ("." if third is None else f", {numbers.share(third)} three months after it.")


def _foretold(summary: dict[str, Any], currency: str) -> Iterator[str]:
    """Say what the coming period is expected to bring, and what the forecast has been worth."""
    said = picked(summary)
    if said is None:
        return
    forecast = summary["forecast"]
    spend = sum(row["expected_spend"] for row in forecast["outlook"])
    days = numbers.plural(forecast["horizon_days"], "day")
    yield f"The next {days} are expected to bring {numbers.money(spend, currency)} from these customers. {said}"


def _once(frames: Frames, summary: dict[str, Any]) -> Iterator[str]:
    once = one_time_share(summary)
    if not once or summary["buyers"] < _FEW_CUSTOMERS:
        return
    text = f"{numbers.share(once)} of buyers have ordered only once"
    gap = median_gap(frames.gaps)
    yield text + ("." if gap is None else f"; half of all repeat orders come within {numbers.days(gap)}.")


def _affinity(frames: Frames) -> Iterator[str]:
    row = strongest(frames.affinity)
    if row is None or frames.segments.height < 2:
        return
    if row["index"] < _CLEAR_INDEX or row["segment_share"] < _CLEAR_SHARE:
        return
    yield (
        f"{_named(row)}: {_short(row['label'])} takes {numbers.share(row['segment_share'])} of their spend, "
        f"{numbers.times(row['index'] / 100)} the usual {numbers.share(row['overall_share'])}."
    )


def _trend(frames: Frames, summary: dict[str, Any]) -> Iterator[str]:
    """Say how revenue moved between two comparable periods, and what moved it most."""
    periods, currency = summary.get("periods"), str(summary.get("currency") or "")
    if not periods or periods["revenue_before"] <= 0:
        return
    change = periods["revenue_after"] / periods["revenue_before"] - 1
    went = f"is {'up' if change > 0 else 'down'} {numbers.share(abs(change))}" if change else "has not changed"
    text = f"Revenue {went} ({periods['name']})"
    if (best := driver(frames.revenue_tree.to_dicts())) is not None:
        before, after = (numbers.amount(best[side], best["unit"], currency, short=True) for side in ("before", "after"))
        text += f", above all by {moved(best)}: {before} to {after}"
    yield text + ("; a season may be part of it." if "year" not in periods["name"] else ".")


def _pair(frames: Frames) -> Iterator[str]:
    """Say which two products tell most of what is bought together."""
    found = frames.basket_rules.filter((pl.col("antecedents").list.len() == 1) & (pl.col("lift_low") > 1)).head(1)
    for row in found.iter_rows(named=True):
        one, other = _short(row["antecedent_labels"][0]), _short(row["consequent_label"])
        yield (
            f"Bought together: {numbers.share(row['confidence'])} of the orders with {one} also hold {other}, "
            f"{numbers.times(row['lift'])} as many as by chance."
        )


def _size(frames: Frames, summary: dict[str, Any], currency: str) -> Iterator[str]:
    """Fill in for data that is too small to say more: at least what there is."""
    if frames.segments.height < 2:
        who = numbers.plural(summary["customers"], "customer")
        brings = "brings" if summary["customers"] == 1 else "bring"
        worth = numbers.money(summary["revenue"], currency)
        yield f"{who} with {numbers.plural(summary['orders'], 'order')} {brings} {worth}, as one segment."


def _named(row: dict[str, Any]) -> str:
    return _short(row["segment_name"])


def _short(text: str) -> str:
    flat = " ".join(str(text).split())
    return flat if len(flat) <= _NAME else flat[: _NAME - 1].rstrip() + "…"
