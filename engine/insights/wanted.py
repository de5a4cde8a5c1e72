"""Which insights a run is to have, and over which time they look."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

INSIGHTS = ("affinity", "baskets", "sequence", "cohorts", "timing", "concentration", "statistics")
"""Names of the insights; each can be switched off."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked of the shards beside the features."""

    insights: frozenset[str]
    first: datetime
    """The first kept line."""
    as_of: datetime

    def __contains__(self, insight: str) -> bool:
        return insight in self.insights
