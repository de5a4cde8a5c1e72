"""A model that is damaged, made by hand or of another version is refused with a message that tells where and what."""

from __future__ import annotations

import copy
import json
from functools import reduce
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine import Settings, analyze
from engine.errors import ModelError
from engine.insights.wanted import INSIGHTS
from engine.result import Analysis
from engine.segments.model import Model
from engine.segments.store import load_model

SCORES = ["segment", "segment_name", "r_score", "f_score", "m_score", "rfm_name"]
DELETED = object()


@pytest.fixture(scope="module")
def run(export: Path) -> Analysis:
    return analyze(export, settings=Settings(without=INSIGHTS))


@pytest.fixture(scope="module")
def content(run: Analysis) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(json.dumps(run.model.to_dict()))
    return made


def _changed(content: Any, place: tuple[str | int, ...], value: Any) -> Any:
    """Return a copy of the content with another value at a place, or none."""
    if not place:
        return None if value is DELETED else value
    changed = copy.deepcopy(content)
    holder = reduce(lambda held, key: held[key], place[:-1], changed)
    if value is DELETED:
        del holder[place[-1]]
    else:
        holder[place[-1]] = value
    return changed


@pytest.mark.parametrize(
    ("place", "value", "message"),
    [
        (("format",), 1, "format 1; this version reads format 2"),
        (("format",), 99, "format 99"),
        (("format",), "two", "format is 'two', not a whole number"),
        (("format",), DELETED, "the file has no 'format'"),
        (("seed",), True, "seed is True, not a whole number"),
        (("seed",), 2**80, "seed is .*, not a whole number"),
        (("categories", 0), "", r"categories\[0\] is empty"),
        (("categories",), {"a": 1}, "categories is an object, not a list"),
        (
            ("features", 0, "feature", "name"),
            "shoe_size",
            r"features\[0\].feature.name is 'shoe_size', which is no feat",
        ),
        (
            ("features", 0, "feature", "transform"),
            "cube",
            r"features\[0\].feature.transform is 'cube', and 'log' belongs",
        ),
        (("features", 0, "feature", "unit"), "days", "and 'orders' belongs to orders"),
        (("features", 0, "feature", "weight"), 0, "weight is 0, and must be above 0"),
        (("features", 0, "scale"), -1.0, r"features\[0\].scale is -1, and must be above 0"),
        (("features", 1, "mean"), float("nan"), r"features\[1\].mean is nan, not a finite number"),
        (("features", 1, "fill"), 10**400, r"features\[1\].fill is too large"),
        (("features", 1, "average"), 1.5, "average is 1.5, and must be between 0 and 1"),
        (("features",), "none", "features is 'none', not a list"),
        (("centroids",), [], "centroids holds 0 segments"),
        (("centroids", 0), [0.0], r"centroids\[0\] has 1 numbers where \d+ belong"),
        (("centroids", 0, 0), 3.7, r"centroids\[0\]\[0\] is 3.7, and must be between -3.6 and 3.6"),
        (("centroids", 0, 0), False, r"centroids\[0\]\[0\] is False, not a number"),
        (("centroids", 0, 0), "0", r"centroids\[0\]\[0\] is '0', not a number"),
        (("names",), [], r"names has 0 names where \d+ belong"),
        (("names", 0), "  ", r"names\[0\] is empty"),
        (("names", 0), "\ud800", r"names\[0\] holds a character that is none"),
        (("rfm_cuts", "orders"), [1, 2, 3], "rfm_cuts must have 4 cuts"),
        (("rfm_cuts", "orders"), [4, 3, 2, 1], "rfm_cuts.orders is not in ascending order"),
        (("rfm_cuts",), {}, "rfm_cuts has no 'recency_days'"),
        (("training", "origin", "last"), "yesterday", "training.origin.last is 'yesterday', not a time"),
        (("training", "origin", "first"), "2999-01-01", "times that are not in their order"),
        (("training", "origin", "as_of"), "2999-01-01T00:00:00+02:00", "has a time zone"),
        (("training", "shares", 0), 0.99, r"training.shares adds up to 1\.\d+, not to 1"),
        (("training", "shares", 0), -0.1, r"training.shares\[0\] is -0.1"),
        (("training", "radius"), None, "training.radius is null, not a number"),
        (("training", "sample"), 10**9, "training.sample is more than there were customers"),
        (("training", "features", 0, "cuts"), [2, 2], "cuts is not in ascending order"),
        (("training", "features", 0, "cuts"), [], r"shares has \d+ shares where 2 belong"),
        (("training", "features", 0, "feature"), "aov", "names other features than the model has"),
        (("training",), [], "training is no object"),
        ((), [], "the file is no object"),
        ((), None, "the file is no object"),
    ],
    ids=lambda value: (
        ".".join(map(str, value)) or "all"
        if isinstance(value, tuple)
        else "deleted"
        if value is DELETED
        else ascii(value)[:30]
    ),
)
def test_damage_is_told_with_its_place(
    content: dict[str, Any], place: tuple[str | int, ...], value: object, message: str
) -> None:
    with pytest.raises(ModelError, match=message) as refused:
        Model.from_dict(_changed(content, place, value))
    assert refused.value.hint


def test_a_feature_twice_and_a_name_twice_are_refused(content: dict[str, Any]) -> None:
    features, names = copy.deepcopy(content["features"]), list(content["names"])
    features[1], names[1] = features[0], names[0]

    with pytest.raises(ModelError, match="the same feature twice"):
        Model.from_dict(content | {"features": features})
    with pytest.raises(ModelError, match="names names the same twice"):
        Model.from_dict(content | {"names": names})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is no JSON"),
        ("{", "is no JSON"),
        ("[" * 100_000, "is no JSON"),
        ("PK\x03\x04", "is no JSON"),
        ("17", "the file is no object"),
        (b"\xff\xfe{\x00", "is no JSON"),
    ],
    ids=["empty", "cut", "deep", "archive", "number", "utf-16"],
)
def test_a_file_that_is_no_model_is_refused(tmp_path: Path, text: str | bytes, message: str) -> None:
    path = tmp_path / "model.json"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())

    with pytest.raises(ModelError, match=message) as refused:
        load_model(path)

    assert str(path) in refused.value.what
    assert len(str(refused.value)) < 500 + len(str(path))


def test_a_model_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"model\.json: the model cannot be read \(No such file"):
        load_model(tmp_path)


def _places(content: Any, place: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """List the places of all values."""
    items = content.items() if isinstance(content, dict) else enumerate(content) if isinstance(content, list) else ()
    return [place, *(each for key, value in items for each in _places(value, (*place, key)))]


ODD = st.one_of(
    st.just(DELETED),
    st.none(),
    st.booleans(),
    st.sampled_from(
        [float("nan"), float("inf"), -1e308, 1e308, 5e-324, 10**400, -1, 0, 1, 2, [], {}, "", "\ud800", "x"]
    ),
    st.floats(),
    st.integers(),
    st.text(max_size=5),
    st.lists(st.floats(0, 1), max_size=4),
    st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
)


def _labels_or_is_refused(path: Path, customers: pl.DataFrame) -> None:
    try:
        model = load_model(path)
    except ModelError:
        return
    labelled = model.label(customers.drop(SCORES).lazy()).select(SCORES).collect()
    assert labelled.null_count().sum_horizontal().item() == 0
    assert labelled["segment"].is_between(1, model.k).all()


@settings(deadline=None, max_examples=400, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_change_is_refused_or_leaves_a_model_that_labels(
    run: Analysis, content: dict[str, Any], tmp_path: Path, data: st.DataObject
) -> None:
    changed: Any = content
    for _ in range(data.draw(st.integers(1, 2))):
        changed = _changed(changed, data.draw(st.sampled_from(_places(changed))), data.draw(ODD))
    path = tmp_path / "model.json"
    path.write_text(json.dumps(changed), encoding="utf-8")

    _labels_or_is_refused(path, run.customers.head(50).collect())


@settings(deadline=None, max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_damage_to_the_text_is_refused_or_leaves_a_model_that_labels(
    run: Analysis, content: dict[str, Any], tmp_path: Path, data: st.DataObject
) -> None:
    text = json.dumps(content).encode()
    place = data.draw(st.integers(0, len(text) - 1))
    put = data.draw(st.binary(max_size=3))
    path = tmp_path / "model.json"
    path.write_bytes(text[:place] if data.draw(st.booleans()) else text[:place] + put + text[place + 1 :])

    _labels_or_is_refused(path, run.customers.head(50).collect())
