from __future__ import annotations

import polars as pl
import vl_convert as vlc

from engine.charts.drift import feature_drift
from tests.charts.test_charts_draw import words

LONG = "Spent on <b>everything</b> & more that a shop with long names sells"


def test_every_feature_has_its_bar_and_what_is_missing_has_none() -> None:
    drift = pl.DataFrame(
        {
            "label": [f"{LONG} A", f"{LONG} B", "Orders", "Price per unit"],
            "psi": [15.0, 0.31, 0.12, 0.0],
            "verdict": ["missing", "shifted", "some shift", "stable"],
        }
    )

    twice = feature_drift(drift.with_columns(verdict=pl.lit("shifted")))
    svg = vlc.vegalite_to_svg(feature_drift(drift).to_json(validate=False))

    assert "1 of 3 features has shifted" in words(svg)
    assert "15.00" not in words(svg)
    assert "NaN" not in svg
    assert words(svg).count("0.31") == 1
    told = words(vlc.vegalite_to_svg(twice.to_json(validate=False)))
    assert ("(1)" in told, "(2)" in told) == (True, True)
