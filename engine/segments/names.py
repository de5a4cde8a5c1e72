"""Names of the segments in plain words: what sets each apart, each name true and no two alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

NOTABLE = 0.4
"""Standard deviations from the average at which a trait is worth a word."""
MAJORITY = 0.65
"""Share of a segment's customers of whom a word must be true: half would be anybody's."""
NEARLY_ALL = 0.8
"""Share of a segment's customers with one purchase from which they are called one-time buyers."""


@dataclass(frozen=True, slots=True)
class Trait:
    """What sets a segment apart in one feature."""

    feature: str
    effect: float
    """Mean of the segment in standard deviations from the mean of all customers, see `profile.effects`."""
    median: float | None
    overall_median: float | None
    above: float = 0.0
    """Share of the segment's customers above the median of all."""
    below: float = 0.0
    """Share of the segment's customers below the median of all."""
    once: float = 0.0
    """Share of the segment's customers with one purchase at most."""


@dataclass(frozen=True, slots=True)
class Word:
    """The word for a trait, and the theme it belongs to: a name takes one word of a theme."""

    theme: str
    high: str
    low: str
    telling: float = 1.0
    """How much the trait says about a customer, beside the size of its effect."""


WORDS = {
    "recency_days": Word("recency", "lapsed", "active"),
    "tenure_days": Word("age", "long-standing", "new"),
    "orders": Word("frequency", "frequent", "occasional"),
    "active_days": Word("frequency", "returning", "", telling=0.8),
    "gap_mean_days": Word("frequency", "slow-rhythm", "fast-rhythm"),
    "aov": Word("value", "big-ticket", "small-ticket"),
    "lines_per_order": Word("value", "full-basket", "small-basket", telling=0.9),
    "price": Word("price", "premium", "low-price"),
    "products": Word("breadth", "wide-range", "narrow-range", telling=0.5),
    "return_rate": Word("returns", "return-prone", ""),
    "weekend_share": Word("weekday", "weekend", "weekday"),
}
THEMES = ("recency", "age", "frequency", "value", "breadth", "price", "returns", "weekday", "taste")
"""The order in which the words of a name stand."""

TASTE = "spend_share: "


def name_segments(traits: Sequence[Sequence[Trait]]) -> list[str]:
    """Name every segment by its strongest traits: two of them, and further ones until all names differ."""
    words = [_words(each) for each in traits]
    used = [min(2, len(each)) for each in words]
    names = [_phrase(each[:count]) for each, count in zip(words, used, strict=True)]
    while len(set(names)) < len(names):
        alike = {name for name in names if names.count(name) > 1}
        grown = False
        for place, name in enumerate(names):
            if name in alike and used[place] < len(words[place]):
                used[place] += 1
                grown = True
        names = [_phrase(each[:count]) for each, count in zip(words, used, strict=True)]
        if not grown:
            return _numbered(names)
    return names


def _words(traits: Sequence[Trait]) -> list[tuple[str, str]]:
    """List a segment's words with their themes, the strongest trait first, one word a theme."""
    found: dict[str, str] = {}
    silent = any(each.feature == "recency_days" and each.effect > 0 for each in traits)
    for trait in sorted(traits, key=lambda each: (-abs(each.effect) * _telling(each.feature), each.feature)):
        theme, word = _word(trait)
        # Who came once is as old as that order, which its recency tells; new is who has also been there lately.
        once = trait.once >= NEARLY_ALL and trait.effect > 0
        if word and not (trait.feature == "tenure_days" and (once or (silent and trait.effect < 0))):
            found.setdefault(theme, word)
    return list(found.items())


def _telling(feature: str) -> float:
    return WORDS[feature].telling if feature in WORDS else 1.0


def _word(trait: Trait) -> tuple[str, str]:
    """Return theme and word of a trait; no word where it is weak, or not true of most of the segment's customers."""
    side = trait.above if trait.effect > 0 else trait.below
    if abs(trait.effect) < NOTABLE:
        return "", ""
    if trait.feature == "orders" and trait.effect < 0 and trait.once >= NEARLY_ALL:
        return WORDS["orders"].theme, "one-time"
    if side < MAJORITY:
        return "", ""
    if trait.feature.startswith(TASTE):
        return ("taste", trait.feature.removeprefix(TASTE)) if trait.effect > 0 else ("", "")
    word = WORDS.get(trait.feature)
    return (word.theme, word.high if trait.effect > 0 else word.low) if word else ("", "")


def _phrase(words: Sequence[tuple[str, str]]) -> str:
    ordered = sorted(words, key=lambda pair: THEMES.index(pair[0]))
    adjectives = " ".join(word for theme, word in ordered if theme != "taste")
    taste = next((word for theme, word in ordered if theme == "taste"), None)
    noun = f"{taste} fans" if taste else "buyers"
    if not adjectives:
        return noun if taste else "Average buyers"
    return f"{adjectives[0].upper()}{adjectives[1:]} {noun}"


def _numbered(names: Sequence[str]) -> list[str]:
    """Tell equal names apart by a number, where no further trait does."""
    seen: dict[str, int] = {}
    result = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        result.append(name if seen[name] == 1 else f"{name} {seen[name]}")
    return result
