"""The segments of two models under one number and one name each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.segments.match import names_after

if TYPE_CHECKING:
    from engine.segments.match import Match
    from engine.segments.model import Model


@dataclass(frozen=True, slots=True)
class Followed:
    """A segment followed from one model to the next; a part that only one of them has is None on the other side."""

    number: int
    """From 1: the earlier model's segments in its order, then those that are new."""
    name: str
    """The earlier name where there was one; no two are alike."""
    earlier: int | None
    later: int | None
    name_earlier: str | None
    name_later: str | None
    distance: float | None = None
    room: float | None = None
    """Distance at which the two would no longer be the same segment."""

    @property
    def status(self) -> str:
        """Whether both models have it ("kept"), or only the later ("new") or the earlier one ("gone")."""
        if self.earlier is None:
            return "new"
        return "gone" if self.later is None else "kept"


def line_up(earlier: Model, later: Model, match: Match) -> list[Followed]:
    """Follow every segment of two matched models: those of the earlier one first, in its order."""
    names = names_after(earlier, later, match)
    pairs = {pair.earlier: pair for pair in match.pairs}
    found = []
    for number, name in enumerate(earlier.names, 1):
        pair = pairs.get(number)
        if pair is None:
            found.append(Followed(number, name, number, None, name, None))
        else:
            own = later.names[pair.later - 1]
            found.append(Followed(number, name, number, pair.later, name, own, pair.distance, pair.room))
    for number, segment in enumerate(match.new, earlier.k + 1):
        found.append(Followed(number, names[segment - 1], None, segment, None, later.names[segment - 1]))
    return found
