"""Charts in a page: their words beside them as text, their segments ready to be picked out, safe inside a script."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

if TYPE_CHECKING:
    from collections.abc import Mapping

CHOSEN = "chosen"
"""The variable of every chart that holds the segment which the reader has chosen; 0 where none is."""

_PADDING = 5
"""Pixels around a chart: the page has its own margins."""
_FADED = 0.12
_TEST = f"{CHOSEN} && isValid(datum.segment) && datum.segment !== {CHOSEN}"
_POINTS = ("point", "tick", "circle", "square")
_POINT_OPACITY = 0.7  # Vega-Lite's own, where a chart says nothing
_UNSAFE = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}


def embedded(spec: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a page needs of a chart: finding, what is shown, both as one label, the specification as safe JSON.

    The words leave the specification: as text of the page they can be read on a phone, searched and read aloud.
    """
    head = spec.get("title")
    words = [_words(head, part) for part in ("text", "subtitle")]
    label = ". ".join(part for part in words if part)
    drawn = {**selectable(spec), "padding": _PADDING, "description": label}
    if isinstance(head, dict):
        drawn.pop("title")
    return {
        "finding": words[0],
        "shown": words[1],
        "label": label,
        "spec": script_safe(drawn),
    }


def script_safe(content: Any) -> Markup:
    """Return JSON that no text in it can end the script element of."""
    text = json.dumps(content, separators=(",", ":"), ensure_ascii=False, allow_nan=False, default=str)
    for sign, escaped in _UNSAFE.items():
        text = text.replace(sign, escaped)
    return Markup(text)  # noqa: S704 - escaped just above


def selectable(spec: Mapping[str, Any]) -> dict[str, Any]:
    """Return a specification in which the marks of all segments but the chosen one fade.

    They are those whose data have a `segment`; a chart without any stays as it is.
    """
    datasets = spec.get("datasets") or {}
    told = {name for name, rows in datasets.items() if rows and "segment" in rows[0]}
    if not told:
        return dict(spec)
    return {**_fading(spec, told, None), "params": [*spec.get("params", []), {"name": CHOSEN, "value": 0}]}


def _fading(part: Mapping[str, Any], told: set[str], data: str | None) -> dict[str, Any]:
    """Give the marks of a part of a specification a condition; `data` is the dataset that it inherits."""
    data = (part.get("data") or {}).get("name", data)
    nested = {
        kind: [_fading(each, told, data) for each in part[kind]]
        for kind in ("layer", "hconcat", "vconcat", "concat")
        if kind in part
    }
    if "spec" in part:
        nested["spec"] = _fading(part["spec"], told, data)  # type: ignore[assignment]
    changed = {**part, **nested}
    if "mark" in part and data in told:
        encoding = dict(part.get("encoding") or {})
        before = encoding.get("opacity") or {"value": _opacity(part["mark"])}
        if "condition" not in before:
            encoding["opacity"] = {**before, "condition": {"test": _TEST, "value": _FADED}}
            changed["encoding"] = encoding
    return changed


def _opacity(mark: Any) -> float:
    kind = mark if isinstance(mark, str) else mark["type"]
    own = None if isinstance(mark, str) else mark.get("opacity")
    return own if own is not None else _POINT_OPACITY if kind in _POINTS else 1.0


def _words(head: Any, part: str) -> str:
    found = (head.get(part) or "") if isinstance(head, dict) else (head or "" if part == "text" else "")
    return " ".join(found) if isinstance(found, list) else str(found)
