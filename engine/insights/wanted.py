"""Which insights a run is to have, and over which time they look."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

INSIGHTS = ("affinity", "baskets", "sequence", "cohorts", "timing", "concentration", "statistics", "forecast")
"""Names of the insights; each can be switched off."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked of the shards beside the features."""

    insights: frozenset[str]
    first: datetime
    last: datetime
    """The first and the last kept line."""
    as_of: datetime

    @property
    def newly(self) -> datetime:
        """The moment from which first purchases are those of new customers: the second calendar month of the data.

        Who bought in the first month may have been a customer before. With one month only, it is the first.
        """
        month = datetime(self.first.year, self.first.month, 1)
        following = (month + timedelta(days=31)).replace(day=1)
        return following if self.last >= following else month

    def __contains__(self, insight: str) -> bool:
        return insight in self.insights
