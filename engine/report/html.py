"""The report: one HTML file that opens offline, with every chart, table and method in it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from engine.report import foretold, insight_tables, numbers, tables
from engine.report.embedded import embedded, script_safe
from engine.report.figures import favourites

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jinja2 import Template

    from engine.result import Frames

TEMPLATES = Path(__file__).parent / "templates"
SECTIONS = {
    "overview": ("Overview", ()),
    "segments": ("Segments", ()),
    "profiles": ("What sets them apart", ("segment_profiles", "segment_map")),
    "affinity": ("What they buy", ("product_affinity_matrix", "segment_products")),
    "baskets": ("What goes together", ("product_pairs",)),
    "sequence": ("What comes next", ("entry_products", "next_products")),
    "cohorts": ("Who comes back", ("cohort_retention", "repeat_rates", "segment_retention")),
    "timing": (
        "When they order",
        ("order_gaps", "customer_rhythm", "replenishment", "weekday_hour", "revenue_by_month"),
    ),
    "forecast": ("Who will buy", ("forecast_gain", "expected_value")),
    "concentration": ("Where the money sits", ("revenue_concentration", "heaviness", "revenue_tree")),
    "rfm": ("Recency and value", ("rfm_map", "segment_rfm")),
    "statistics": ("Statistics", ()),
    "choice": ("How many segments", ()),
    "data": ("What was read", ()),
    "methods": ("Methods", ()),
    "again": ("Run it again", ()),
}
"""The sections of the report: heading, and the charts of which it needs one to be there; none where it always is."""

CARD_FEATURES = ("orders", "recency_days", "gap_mean_days", "aov", "products", "return_rate")


def render_report(
    frames: Frames,
    summary: dict[str, Any],
    specs: Mapping[str, dict[str, Any]],
    bundle: str,
) -> str:
    """Return the report as one self-contained HTML page.

    `specs` are the Vega-Lite specifications of the charts by name. `bundle` is the JavaScript of the painter: Vega,
    Vega-Lite and Vega-Embed, which it puts on `window`.
    """
    return rendered(
        "report.html.j2",
        specs,
        bundle,
        s=summary,
        currency=str(summary.get("currency") or ""),
        title=_title(summary),
        sections=_sections(summary, specs),
        tiles=_tiles(summary),
        cards=_cards(frames, summary),
        segment_ids={row["name"]: row["id"] for row in summary["segments"]},
        tables=tables,
        insight=insight_tables,
        foretold=foretold,
        has_orders=any(role["role"] == "order" for role in summary["source"].get("roles") or []),
    )


def page(template: str) -> Template:
    """Read the template of a page: everything that is put into it is escaped."""
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    ).get_template(template)


def rendered(template: str, specs: Mapping[str, dict[str, Any]], bundle: str, **content: Any) -> str:
    """Return a page made from a template, with the charts and what draws them."""
    from engine.charts import theme  # imports Altair

    return page(template).render(
        **content,
        n=numbers,
        theme=theme,
        charts={name: embedded(spec) for name, spec in specs.items()},
        look=script_safe({"dark": theme.DARK, "fields": theme.COLOUR_FIELDS}),
        # The bundle is code of ours, not data; only the end of its own element could break out of it.
        bundle=Markup(bundle.replace("</script", "<\\/script")),  # noqa: S704
    )


def _title(summary: dict[str, Any]) -> str:
    files = [file["name"] for file in summary["source"]["files"]]
    if len(files) <= 2:
        return " and ".join(files) or "your customers"
    return f"{files[0]} and {len(files) - 1} more files"


def _sections(summary: dict[str, Any], specs: Mapping[str, Any]) -> dict[str, str]:
    """Return the headings of the sections that have something to show."""
    shown = set(specs) | ({"product_pairs"} if summary["basket_rules"] else set())
    return {part: heading for part, (heading, needed) in SECTIONS.items() if not needed or shown.intersection(needed)}


def _tiles(summary: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Return the key figures: what, how much, and one more word about it."""
    currency = str(summary.get("currency") or "")
    return [
        (
            "Customers",
            numbers.count(summary["customers"]),
            f"{numbers.share(summary['buyer_share'])} of them with a purchase",
        ),
        ("Orders", numbers.count(summary["orders"]), f"{numbers.plain(summary['orders_per_buyer'])} per buyer"),
        ("Revenue", numbers.money(summary["revenue"], currency), "net of returns"),
        ("Average order", numbers.money(summary["average_order"], currency), "revenue over orders"),
        ("Ordered again", numbers.share(summary["repeat_rate"]), "of buyers, two orders or more"),
        *([("Products", numbers.count(summary["products"]), "different ones sold")] if summary["products"] else []),
    ]


def _cards(frames: Frames, summary: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what each segment's card says."""
    from engine.charts import theme  # imports Altair

    currency = str(summary.get("currency") or "")
    liked = favourites(frames.affinity, frames.segments["segment"].to_list())
    ahead = {row["segment"]: foretold.ahead(row, summary) for row in summary["forecast"]["outlook"]}
    medians: dict[int, list[tuple[str, str, str]]] = {}
    for row in frames.profile.rows(named=True):
        if row["feature"] in CARD_FEATURES:
            pair = (
                numbers.amount(row[name], row["unit"], currency, short=True) for name in ("median", "overall_median")
            )
            medians.setdefault(row["segment"], []).append((row["label"], *pair))
    return [
        {
            "id": row["segment"],
            "name": row["segment_name"],
            "description": row["description"],
            "style": f"--light: {theme.colour(row['segment'])}; --dark: {theme.DARK[theme.colour(row['segment'])]}",
            "customers": numbers.plural(row["customers"], "customer"),
            "customer_share": numbers.share(row["customer_share"]),
            "revenue": numbers.money(row["revenue"], currency),
            "revenue_share": numbers.share(row["revenue_share"]),
            "each": numbers.money(row["revenue_per_customer"], currency),
            "bars": [_percent(row["customer_share"]), _percent(row["revenue_share"])],
            "action": row["action"],
            "belongs": _belongs(row),
            "typical": tables.typical(summary, row["segment"]),
            "medians": medians.get(row["segment"], []),
            "ahead": ahead.get(row["segment"]),
            "likes": [(item["label"], numbers.times(item["index"] / 100)) for item in liked[row["segment"]]],
        }
        for row in frames.segments.sort("segment").rows(named=True)
    ]


def _belongs(row: dict[str, Any]) -> str:
    """Say how firm a segment is: how well it comes back, and how many of its customers stand near the border."""
    if row["jaccard"] is None or row["borderline_share"] is None:
        return ""
    return (
        f"Comes back to {numbers.share(row['jaccard'])} when customers are drawn anew; "
        f"{numbers.share(row['borderline_share'])} of its customers might as well belong to another segment."
    )


def _percent(part: float | None) -> str:
    """Return a share as a width in CSS, never outside its box."""
    return "0" if part is None or numbers.missing(part) else f"{min(max(part, 0.0), 1.0) * 100:.1f}"
