"""Folders as runs leave them, made by hand for the tests of what reads them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl

from engine.segments.model import Model
from tests.segments.builders import model

Customer = tuple[str, int, float]
"""Id, segment, revenue."""

NAMES = ("Loyal", "Lapsed", "New")
CENTROIDS = [(0, 0), (6, 0), (0, 6)]


def write_run(
    folder: Path,
    customers: Sequence[Customer],
    *,
    fitted: Model | None = None,
    as_of: str = "2024-02-01T00:00:00",
    **summary: Any,
) -> Path:
    """Write what is read of a run; without a model given it has the segments Loyal, Lapsed and New."""
    fitted = fitted or model(CENTROIDS, NAMES)
    folder.mkdir(parents=True)
    frame = pl.DataFrame(
        {
            "customer_id": [each for each, _, _ in customers],
            "segment": [each for _, each, _ in customers],
            "segment_name": [fitted.names[each - 1] if each <= fitted.k else "?" for _, each, _ in customers],
            "revenue": [each for _, _, each in customers],
            "orders": list(range(1, len(customers) + 1)),
            "last_order": [datetime(2024, 1, 1 + place % 28) for place in range(len(customers))],
        },
        schema_overrides={"last_order": pl.Datetime("us"), "segment": pl.Int64, "customer_id": pl.String},
    )
    frame.write_parquet(folder / "customers.parquet")
    (folder / "model.json").write_text(json.dumps(fitted.to_dict()), encoding="utf-8")
    told = {"as_of": as_of, "currency": "EUR", "period": {"first": "2023-01-01T00:00:00", "last": as_of}, **summary}
    (folder / "summary.json").write_text(json.dumps(told), encoding="utf-8")
    return folder
