"""The chart of a comparison: customers flowing from their segments before to those after."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import altair as alt
import polars as pl

from engine.charts import theme
from engine.charts.parts import cut, heading, layered, lines, spaced
from engine.report import numbers
from engine.report.move_findings import moved

if TYPE_CHECKING:
    from collections.abc import Iterable

NAMES = ("segment_flow",)
"""Every chart of a comparison."""

_WIDTH, _HEIGHT = 460, 460
_LABEL_WIDTH = 170
_GAP = 14
"""Pixels between two blocks of a column."""
_LABEL_GAP = 48
_BLOCK = 0.035
"""Width of a block, as a part of the width between the two columns."""
_STEPS = 24
_LINE = 15
_NOBODY = theme.RULE
"""Colour of customers who were in no segment."""
_STAYED, _MOVED = 0.26, 0.62
_SHOWN = (
    "Heights are numbers of customers. Each ribbon has the colour of the segment that the customers come from; the "
    "strong ones are those who moved."
)


def draw(migration: pl.DataFrame, summary: dict[str, Any]) -> dict[str, alt.Chart]:
    """Draw the charts of a comparison by name; none where there is no customer."""
    if not migration["customers"].sum():
        return {}
    return {"segment_flow": segment_flow(migration, summary)}  # type: ignore[dict-item]  # layers, saved alike


def segment_flow(migration: pl.DataFrame, summary: dict[str, Any]) -> alt.LayerChart:
    """Draw one block a segment, before on the left and after on the right, and a ribbon for each flow between them.

    Heights are numbers of customers. Segments that both runs have stand in the same order and colour.
    """
    flows = migration.filter(pl.col("customers") > 0).to_dicts()
    scale = sum(row["customers"] for row in flows) / _HEIGHT
    left = _blocks(flows, "segment_before", "from_segment", scale)
    right = _blocks(flows, "segment_after", "to_segment", scale)
    ribbons, blocks = _ribbons(flows, left, right), _rectangles(left, right)
    top = max(block["end"] for side in (left, right) for block in side.values())
    x = alt.X("x:Q", axis=None, scale=alt.Scale(domain=[0, 1], nice=False))
    y = alt.Y("low:Q", axis=None, scale=alt.Scale(domain=[top, 0], nice=False))
    tooltip = [alt.Tooltip("said:N", title="Customers")]
    flowing = (
        alt.Chart(ribbons, width=_WIDTH, height=_HEIGHT + _GAP * (max(len(left), len(right)) - 1))
        .mark_area(line=False, interpolate="linear")
        .encode(
            x=x,
            y=y,
            y2=alt.Y2("high:Q"),
            detail=alt.Detail("flow:N"),
            color=alt.Color("colour:N", scale=None),
            opacity=alt.Opacity("strength:Q", scale=None),
            tooltip=tooltip,
        )
    )
    standing = (
        alt.Chart(blocks)
        .mark_rect()
        .encode(
            x=x, x2=alt.X2("x2:Q"), y=y, y2=alt.Y2("high:Q"), color=alt.Color("colour:N", scale=None), tooltip=tooltip
        )
    )
    return layered(
        flowing,
        standing,
        *_labels(left, right, "right", scale),
        *_labels(right, left, "left", scale),
        *_dates(summary),
    ).properties(title=heading(_finding(migration, summary), _SHOWN, _WIDTH + 2 * _LABEL_WIDTH))


def _place(segment: int | None) -> tuple[bool, int]:
    """Order the blocks of a column: segments by number, below them those whom the other run lacks."""
    return segment is None, segment or 0


def _blocks(flows: list[dict[str, Any]], number: str, name: str, scale: float) -> dict[int | None, dict[str, Any]]:
    """Stack the segments of one side: where each begins and ends, in customers, with a gap between them."""
    blocks: dict[int | None, dict[str, Any]] = {}
    at = 0.0
    for segment in sorted({row[number] for row in flows}, key=_place):
        held = [row for row in flows if row[number] == segment]
        count = sum(row["customers"] for row in held)
        colour = _NOBODY if segment is None else theme.colour(segment)
        blocks[segment] = {
            "name": held[0][name], "customers": count, "start": at, "end": at + count, "colour": colour,
        }  # fmt: skip
        at += count + _GAP * scale
    return blocks


def _ribbons(
    flows: list[dict[str, Any]], left: dict[int | None, dict[str, Any]], right: dict[int | None, dict[str, Any]]
) -> pl.DataFrame:
    """Return the outlines of the ribbons: one row per ribbon and step from left to right."""
    used = {
        side: {segment: block["start"] for segment, block in blocks.items()} for side, blocks in _sides(left, right)
    }
    ends: dict[int, list[float]] = {}
    ways = [(row["segment_before"], row["segment_after"], row["customers"]) for row in flows]
    # Within a block the ribbons lie in the order of the blocks at their other ends, so that few cross.
    for side, one, other in (("left", 0, 1), ("right", 1, 0)):
        for flow in sorted(range(len(ways)), key=lambda each: (_place(ways[each][one]), _place(ways[each][other]))):
            segment = ways[flow][one]
            ends.setdefault(flow, []).append(used[side][segment])
            used[side][segment] += ways[flow][2]
    rows = []
    # Those who moved are drawn over those who stayed, the large ones first.
    for flow in sorted(range(len(ways)), key=lambda each: (ways[each][0] != ways[each][1], -ways[each][2], each)):
        before, after, count = ways[flow]
        said = f"{flows[flow]['from_segment']} → {flows[flow]['to_segment']}: {numbers.full(count)}"
        for step in range(_STEPS + 1):
            part = step / _STEPS
            bend = part * part * (3 - 2 * part)
            low = ends[flow][0] + (ends[flow][1] - ends[flow][0]) * bend
            rows.append(
                {
                    "flow": flow,
                    "x": _BLOCK + (1 - 2 * _BLOCK) * part,
                    "low": low,
                    "high": low + count,
                    "colour": left[before]["colour"],
                    "strength": _STAYED if before == after else _MOVED,
                    "said": said,
                }
            )
    return pl.DataFrame(rows)


def _sides(
    left: dict[int | None, dict[str, Any]], right: dict[int | None, dict[str, Any]]
) -> Iterable[tuple[str, dict[int | None, dict[str, Any]]]]:
    return ("left", left), ("right", right)


def _rectangles(left: dict[int | None, dict[str, Any]], right: dict[int | None, dict[str, Any]]) -> pl.DataFrame:
    return pl.DataFrame(
        [
            {
                "x": x,
                "x2": x + _BLOCK,
                "low": block["start"],
                "high": block["end"],
                "colour": block["colour"],
                "said": f"{block['name']}: {numbers.full(block['customers'])}",
            }
            for x, (_, blocks) in zip((0.0, 1 - _BLOCK), _sides(left, right), strict=True)
            for block in blocks.values()
        ]
    )


def _labels(
    blocks: dict[int | None, dict[str, Any]],
    others: dict[int | None, dict[str, Any]],
    align: str,
    scale: float,
) -> list[alt.Chart]:
    """Write name and size beside each block, moved apart where blocks are thin; after, with what it grew by."""
    middles = spaced([(block["start"] + block["end"]) / 2 / scale for block in blocks.values()], _LABEL_GAP)
    rows = []
    for middle, (segment, block) in zip(middles, blocks.items(), strict=True):
        label = f"{lines(block['name'], 26, 2)}\n{numbers.count(block['customers'])}"
        if align == "left" and segment is not None:
            known = segment in others
            label += f" ({_grown(block['customers'] - others[segment]['customers']) if known else 'new'})"
        lift = label.count("\n") * _LINE / 2
        rows.append({"x": 0.0 if align == "right" else 1.0, "y": (middle - lift) * scale, "label": label})
    look: dict[str, Any] = {"align": align, "dx": -10 if align == "right" else 10, "lineBreak": "\n"}
    return [
        alt.Chart(pl.DataFrame(rows))
        .mark_text(fontSize=12.5, baseline="middle", lineHeight=_LINE, **look)
        .encode(x=alt.X("x:Q"), y=alt.Y("y:Q"), text=alt.Text("label:N"))
    ]


def _grown(number: int) -> str:
    return f"+{numbers.count(number)}" if number > 0 else numbers.count(number)


def _dates(summary: dict[str, Any]) -> list[alt.Chart]:
    """Write above each column of blocks when it is."""
    charts = []
    for x, side in ((0.0, "a"), (1.0, "b")):
        frame = pl.DataFrame({"x": [x], "y": [0.0], "day": [numbers.day(summary["runs"][side]["as_of"])]})
        look: dict[str, Any] = {"align": "left" if side == "a" else "right", "dy": -14}
        charts.append(
            alt.Chart(frame)
            .mark_text(fontSize=13, fontWeight="bold", **look)
            .encode(x=alt.X("x:Q"), y=alt.Y("y:Q"), text=alt.Text("day:N"))
        )
    return charts


def _finding(migration: pl.DataFrame, summary: dict[str, Any]) -> str:
    customers = summary["customers"]
    if not customers["both"]:
        return "The two runs have no customer in common"
    if not customers["moved"]:
        return "Every customer stayed in their segment"
    first = moved(migration).row(0, named=True)
    return (
        f"{numbers.share(customers['moved_share'])} of customers changed segment; the largest move is from "
        f"{cut(first['from_segment'], 40)} to {cut(first['to_segment'], 40)}"
    )
