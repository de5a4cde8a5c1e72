"""What to mind about the segments themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.intake.alerts import alert
from engine.segments.choose import NONE, SMALLEST_SHARE
from engine.segments.evidence import SAMPLE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import polars as pl

    from engine.segments.fit import Fit


def of_names(names: Sequence[str], own: Sequence[str]) -> list[dict[str, Any]]:
    """Tell which segments keep the name of an earlier run though they would now be called otherwise."""
    changed = [f"“{kept}” would now be “{new}”" for kept, new in zip(names, own, strict=True) if kept != new]
    if not changed:
        return []
    return [alert("kept_names", f"Names of the earlier run are kept; by their customers alone: {', '.join(changed)}.")]


def of_segments(fit: Fit, sizes: pl.DataFrame) -> list[dict[str, Any]]:
    """Tell of segments that would not come back, and of very small ones with the reason why they stand."""
    unstable = [alert("unstable_segments", fit.verdict.text)] if fit.verdict.structure == NONE else []
    return [*unstable, *_small(fit, sizes)]


def _small(fit: Fit, sizes: pl.DataFrame) -> Iterator[dict[str, Any]]:
    small = sizes.filter(sizes["customer_share"] < SMALLEST_SHARE)
    if small.is_empty():
        return
    asked = fit.chosen_by == "user"
    held = fit.chosen is not None and fit.chosen.smallest_share >= SMALLEST_SHARE
    reason = (
        f"you asked for {len(fit.centroids)} segments"
        if asked
        else f"among the {SAMPLE:,} customers on whom the number of segments was judged it was larger"
        if held
        else "no number of segments was without one as small"
    )
    for row in small.iter_rows(named=True):
        yield alert(
            "small_segment",
            f"{row['segment_name']} holds {row['customers']:,} of the customers ({row['customer_share']:.2%}), less "
            f"than {SMALLEST_SHARE:.0%}: {reason}.",
        )
