"""How many segments: the rule that weighs the evidence, and what the chosen cut is worth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from engine.segments.evidence import Evidence

STABLE = 0.85
"""Mean adjusted Rand index from which a cut counts as stable."""
RECOVERED = 0.6
"""Mean Jaccard similarity that each segment must reach: below, it is not to be trusted (Hennig 2007)."""
SMALLEST_SHARE = 0.01
"""Share of the customers that the smallest segment must have."""
USEFUL = (4, 8)
"""Numbers of segments that serve best: fewer tell hardly what to do, more nobody keeps apart."""
CLOSE, AS_STABLE = 0.98, 0.03
"""Share of the best silhouette of these from which a finer cut is preferred to it, and the stability it may lack."""
TWO_CLEAR, TWO_BETTER = 0.5, 1.25
"""Silhouette of two groups, and how many times that of any finer cut it must be, for them to be all there is."""
COMPARABLE = 0.85
"""Share of the best silhouette from three on that a useful number of segments must reach."""
SEPARATE = 0.25
"""Silhouette below which segments are no groups, however stable (Kaufman & Rousseeuw 1990)."""
EXCESS = 0.15
"""Silhouette that natural groups must have beyond that of customers without groups."""

NATURAL, CONTINUUM, NONE, UNKNOWN = "natural", "continuum", "none", "unknown"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a cut is worth."""

    structure: str
    """"natural" groups, a stable cut of a "continuum", "none" that is stable, or "unknown" where nothing was tried."""
    text: str


def stable(evidence: Evidence) -> bool:
    """Whether a cut, and each of its segments, comes back when the customers are drawn anew."""
    return evidence.stability >= STABLE and evidence.jaccard >= RECOVERED


def choose(candidates: Sequence[Evidence], earlier: int | None = None) -> Evidence:
    """Choose among the candidates.

    The rule: only numbers of segments that are stable and have no splinter. Of those from four to eight that reach 85%
    of the best silhouette (from three on; two halves are always far apart), the one with the best silhouette is taken,
    or the largest within a fiftieth of it that comes back as well: a finer picture serves better where it is as true.
    Where there are none from four to eight, three are taken, then two; two also where they are clear groups and part
    far better than any finer cut. Where nothing is stable, the most stable number without a splinter is taken. More
    than eight are tried only where the user, or an earlier run, has as many.

    An `earlier` number is kept where it is among the stable ones from three on, so that next month's picture is not
    another one by a hair.
    """
    whole = [each for each in candidates if each.smallest_share >= SMALLEST_SHARE] or list(candidates)
    firm = [each for each in whole if stable(each)]
    kept = [each for each in firm if each.k == earlier and each.k >= 3]
    if kept:
        return kept[0]
    best = max((each.silhouette for each in firm if each.k >= 3), default=0.0)
    two = max((each.silhouette for each in firm if each.k == 2), default=0.0)
    if two >= max(TWO_CLEAR, TWO_BETTER * best):
        return next(each for each in firm if each.k == 2)
    least, most = USEFUL
    for useful in (range(least, most + 1), (3,)):
        these = [each for each in firm if each.k in useful and each.silhouette >= COMPARABLE * best]
        if these:
            top = max(these, key=lambda each: (each.silhouette, each.k))
            close = [each for each in these if each.silhouette >= CLOSE * top.silhouette]
            return max((each for each in close if each.stability >= top.stability - AS_STABLE), key=lambda each: each.k)
    return max(firm or whole, key=lambda each: (each.stability, each.silhouette, -each.k))


def verdict(chosen: Evidence, reference: Mapping[int, Evidence]) -> Verdict:
    """Say what the chosen cut is worth, beside cuts of customers without groups (`reference`, by number of segments).

    Groups are natural where the cut is stable and parts the customers clearly more than the same customers without
    groups are ever parted by as many segments, one fewer or one more.
    """
    near = [reference[k].silhouette for k in range(chosen.k - 1, chosen.k + 2) if k in reference]
    chance = max(near, default=1.0)
    excess = chosen.silhouette - chance
    compared = f"silhouette {chosen.silhouette:.2f}" + (f" against up to {chance:.2f}" if near else "")
    again = f"stability {chosen.stability:.2f}"
    if not stable(chosen):
        weak = "" if chosen.stability < STABLE else f", but one segment dissolves (recovery {chosen.jaccard:.2f})"
        return Verdict(
            NONE,
            f"No stable structure: with other customers of the same kind the segments would come out differently "
            f"({again}{weak}; {STABLE} would be stable). Read them with care.",
        )
    if chosen.silhouette >= SEPARATE and excess >= EXCESS:
        return Verdict(
            NATURAL,
            f"Natural groups: they part far more clearly than customers without groups would ({compared}), and come "
            f"back when other customers are drawn ({again}).",
        )
    why = (
        f"part {'hardly' if excess > 0 else 'no'} more clearly than customers without groups would"
        if excess < EXCESS
        else "overlap widely at their borders"
    )
    return Verdict(
        CONTINUUM,
        f"No natural groups, but a stable cut of a continuum: customers differ by degrees, and the program draws the "
        f"borders. Drawn again on other customers they come out nearly the same ({again}), so the segments can be "
        f"worked with; they {why} ({compared}).",
    )
