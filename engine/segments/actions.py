"""What to do with a segment: one sentence, by what is true of its customers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.segments.names import NEARLY_ALL, NOTABLE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.segments.names import Trait

WORTH_MORE = 1.25
"""How much of its share of customers a segment must bring in revenue to be called worth more than others."""
OFTEN = 3
"""Orders of the median customer from which a segment is said to come often."""
BEHIND = 3.0
"""Times the usual gap between orders that most have been silent, from which a segment has lost its rhythm."""


def advise(traits: Sequence[Trait], customer_share: float, revenue_share: float | None) -> str:
    """Say in one sentence what to do with a segment: the first rule that its customers meet.

    Returns decide first, then whether they still come (keep, win back, or let go), then how often and how much they
    buy.
    """
    effect = {each.feature: each.effect for each in traits}
    median = {each.feature: each.median for each in traits}
    once = max((each.once for each in traits), default=0.0) >= NEARLY_ALL
    silent, recent = effect.get("recency_days", 0.0) >= NOTABLE, effect.get("recency_days", 0.0) <= -NOTABLE
    fresh = effect.get("tenure_days", 0.0) <= -NOTABLE
    often = effect.get("orders", 0.0) >= NOTABLE and (median.get("orders") or 0) >= OFTEN
    dear = effect.get("aov", 0.0) >= NOTABLE
    cheap = effect.get("aov", 0.0) <= -NOTABLE
    worth = revenue_share is not None and revenue_share >= WORTH_MORE * customer_share
    rules = (
        (
            effect.get("return_rate", 0.0) >= 2 * NOTABLE,
            "Find out why so much comes back (sizes, pictures, delivery) before advertising more to them.",
        ),
        (
            once and silent,
            "One inexpensive reminder; who came once, long ago, and does not answer stays out of paid campaigns.",
        ),
        (once, "Win the second order now: a welcome series with a reason to come back within weeks."),
        (
            often and _behind(traits),
            "Ask what went wrong and win them back: they came often, and most are silent far beyond their rhythm.",
        ),
        (silent and worth, "Win them back in person: they were worth much, and have been silent for long."),
        (silent, "One win-back offer with an end date; whoever stays silent goes out of the mailings."),
        (
            often and (worth or dear),
            "Keep them: early access and service rather than discounts, and notice when one stops.",
        ),
        (often, "They come often for little: raise the order with bundles and a threshold for free delivery."),
        (dear and recent, "Offer the next size up now (sets, larger packs, better versions): they buy big and lately."),
        (dear, "Remind them when the next large order is due, with what goes with the last one."),
        (cheap, "Raise the order a little (bundles, add-ons, a threshold for free delivery) before spending on them."),
        (worth, "Look after them: they bring more than their share, so let nobody leave unnoticed."),
        (
            effect.get("active_days", 0.0) >= NOTABLE,
            "They come back by themselves: remind them when their usual time between orders has passed.",
        ),
        (fresh, "Turn a good start into a habit: suggest what others bought next, while they still think of you."),
        (recent, "Ask for one more order a season: what goes with their last one, and no discount yet."),
    )
    return next(
        (sentence for holds, sentence in rules if holds),
        "Serve them like the average customer, and watch which way they move.",
    )


def _behind(traits: Sequence[Trait]) -> bool:
    """Whether half of the customers have been silent for several times the days that usually lie between orders."""
    median = {each.feature: each.median for each in traits}
    silent, gap = median.get("recency_days"), median.get("gap_mean_days")
    return bool(silent and gap and silent >= BEHIND * gap)
