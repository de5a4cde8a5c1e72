"""The two looks: every colour has a counterpart, texts can be read on it, segments stay apart for every eye."""

from __future__ import annotations

import itertools
import json
import re
from typing import Any

import numpy as np
import pytest

from engine.charts import draw, theme
from tests.charts.frames import example

LOOKS = {"light": lambda colour: colour, "dark": theme.DARK.__getitem__}
EYES = {
    "normal": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]]
    ),
    "tritanopia": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]]
    ),
}
"""What eyes see of linear RGB: Machado, Oliveira and Fernandes 2009, severity 1."""


def linear(colour: str) -> np.ndarray[Any, Any]:
    parts = np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)]) / 255
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio (WCAG 2.1)."""
    high, low = sorted((float(np.dot((0.2126, 0.7152, 0.0722), linear(each))) for each in (one, other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def lab(rgb: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Return CIE L*a*b* of linear RGB under D65."""
    to_xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    x, y, z = (to_xyz @ np.clip(rgb, 0, 1)) / (0.9505, 1, 1.089)
    f = [np.cbrt(each) if each > 0.008856 else 7.787 * each + 16 / 116 for each in (x, y, z)]
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("eye", EYES)
def test_ten_segments_stay_apart(look: str, eye: str) -> None:
    seen = [lab(EYES[eye] @ linear(LOOKS[look](theme.colour(segment)))) for segment in range(1, 11)]

    nearest = min(float(np.linalg.norm(one - other)) for one, other in itertools.combinations(seen, 2))

    # A difference of 2.3 is just noticeable side by side; legends and charts are further apart.
    assert nearest > 15


@pytest.mark.parametrize("look", LOOKS)
def test_texts_can_be_read(look: str) -> None:
    colour = LOOKS[look]
    for text, paper in itertools.product((theme.INK, theme.MUTED, theme.FAINT), (theme.PAPER, theme.PALE)):
        if (text, paper) != (theme.FAINT, theme.PALE):
            assert contrast(colour(text), colour(paper)) >= 4.5, (text, paper)
    for stops in (theme.DIVERGING, theme.SEQUENTIAL):
        for step in range(101):
            ink = theme.ink_on(theme.between(stops, step / 100))
            back = theme.between(tuple(map(colour, stops)), step / 100)
            assert contrast(colour(ink), back) >= 4.5, (stops, step)


def test_the_marks_of_segments_can_be_seen_on_the_dark_paper() -> None:
    for segment in range(1, 11):
        assert contrast(theme.DARK[theme.colour(segment)], theme.DARK[theme.PAPER]) >= 3


@pytest.mark.parametrize("segments", [1, 10])
def test_every_colour_of_every_chart_is_one_of_the_theme(segments: int) -> None:
    frames, summary = example(segments)

    for name, chart in draw(frames, summary):
        spec = chart.to_dict(validate=False)
        assert set(colours(spec)) <= set(theme.DARK), name


def colours(part: Any, key: str = "") -> list[str]:
    """Find what is drawn in a colour: hexadecimal ones, and the names that a browser knows."""
    if isinstance(part, dict):
        return [found for name, each in part.items() for found in colours(each, name)]
    if isinstance(part, list):
        return [found for each in part for found in colours(each, key)]
    named = key in {"color", "fill", "stroke", "background"} and part not in {"transparent", "independent"}
    return [part] if isinstance(part, str) and (named or re.fullmatch(r"#[0-9a-fA-F]{3,8}", part)) else []


def test_what_is_shown_is_not_changed_by_the_look() -> None:
    spec = {
        "datasets": {"data": [{"label": theme.INK, "colour": theme.INK, "ink": None}]},
        "layer": [{"mark": {"type": "bar", "color": theme.PAPER}, "title": "white"}],
    }

    dark = theme.in_dark(spec)

    assert dark["datasets"]["data"] == [{"label": theme.INK, "colour": theme.DARK[theme.INK], "ink": None}]
    assert dark["layer"] == [{"mark": {"type": "bar", "color": theme.DARK[theme.PAPER]}, "title": "white"}]
    assert json.dumps(spec).count(theme.DARK[theme.INK]) == 0
