"""lifetimes: its own summary of the transactions, read by pandas."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lifetimes.utils import summary_data_from_transaction_data

from benchmarks.peers.pandas_peer import end_of, read_lines

if TYPE_CHECKING:
    from pathlib import Path

    from engine.stages import Stages

COLUMNS = ("customer_id", "ordered_at", "quantity", "unit_price")


def summary(export: Path, folder: Path, stages: Stages) -> list[Path]:
    """Write frequency, recency and T of every customer with a purchase, in days."""
    table = folder / "summary.parquet"
    with stages.stage("read"):
        lines = read_lines(export, COLUMNS)
    with stages.stage("summary"):
        made = summary_data_from_transaction_data(
            lines[lines["bought"]], "customer_id", "ordered_at", observation_period_end=end_of(lines)
        )
        made.reset_index().to_parquet(table)
    return [table]
