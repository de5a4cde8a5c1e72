"""What the proof comes to, in sentences: which model is used, whether it beats the rules of thumb, what it missed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.forecast.names import LABELS, SIMPLE
from engine.forecast.validate import best_simple
from engine.report import numbers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.forecast.validate import Proof

CHANCE = 0.5
MISSED = 0.1
"""Share of the orders by which a total may be missed before that is said."""


def verdict(proof: Proof) -> str:
    """Say how well the chosen model does, beside the best rule of thumb, and how far its totals are from what came."""
    return " ".join([*_ranking(proof), *_totals(proof)])


def _ranking(proof: Proof) -> Iterator[str]:
    chosen, simple = proof.chosen, best_simple(proof.measured)
    own, rule = proof.measured[chosen], proof.measured[simple]
    auc, called = numbers.score(own.figures["auc"]), f"“{LABELS[simple].lower()}”"
    if own.interval("auc")[0] <= CHANCE:
        yield f"Nothing in this data foretells who comes back: no model ranks customers better than chance (AUC {auc})."
        return
    if chosen in SIMPLE:
        yield f"No model ranks customers better than {called} (AUC {auc}), so that this rule is used."
        return
    low, high = own.interval("auc", minus=rule)
    against = f"AUC {auc} against {numbers.score(rule.figures['auc'])}"
    if low <= 0:
        yield (
            f"{LABELS[chosen]} ranks customers no better than {called}: {against}, which may be chance. "
            "It is used because its probabilities are nearer to what came."
        )
    else:
        yield (
            f"{LABELS[chosen]} ranks customers better than any rule of thumb: {against} for {called} "
            f"(ahead by {numbers.score(low)} to {numbers.score(high)})."
        )


def _totals(proof: Proof) -> Iterator[str]:
    found = proof.measured[proof.chosen].figures
    ratio = found["orders_ratio"]
    if numbers.missing(ratio):
        return
    tries = numbers.plural(proof.cutoffs.height, "cut-off")
    yield (
        f"Over {tries} it expected {numbers.full(found['orders_expected'])} orders, and "
        f"{numbers.full(found['orders_actual'])} came{_off(ratio)}."
    )
    yield from _season(proof)


def _off(ratio: float) -> str:
    miss = ratio - 1
    if abs(miss) < 0.005:  # less than one in a hundred when rounded
        return ""
    return f": {numbers.share(abs(miss))} too {'many' if miss > 0 else 'few'} were expected"


def _season(proof: Proof) -> Iterator[str]:
    """Say where the total of one cut-off was missed, and that buying had changed since the window before."""
    rows = proof.cutoffs.with_columns(ratio=proof.cutoffs["orders_expected"] / proof.cutoffs["orders_actual"])
    missed = rows.filter((rows["ratio"] - 1).abs() > MISSED)
    if missed.is_empty():
        return
    worst = missed.sort((missed["ratio"] - 1).abs(), descending=True).row(0, named=True)
    before, now = worst["returned_before"], worst["returned"]
    text = f"At worst, from {numbers.day(worst['cutoff'])} on, {numbers.share(abs(worst['ratio'] - 1))} too "
    text += f"{'many' if worst['ratio'] > 1 else 'few'} were expected"
    same_way = (now > before) == (worst["ratio"] < 1)
    if same_way and abs(now - before) > MISSED / 10:
        text += (
            f": buying changed with the season or a campaign ({numbers.share(before)} came back in the period before, "
            f"{numbers.share(now)} in this one), which the past did not tell"
        )
    yield text + "."
