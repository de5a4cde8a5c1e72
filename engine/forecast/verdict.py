"""What the proof comes to, in sentences: which model is used, whether it beats the rules of thumb, what it missed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.forecast.names import LABELS, SIMPLE, SUBJECTS
from engine.forecast.validate import best_simple
from engine.report import numbers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.forecast.validate import Proof

CHANCE = 0.5
MISSED = 0.1
"""Share of the orders by which a total may be missed before that is said."""
CHANGED = 0.01
"""Share of the customers by which those who come back must have changed for it to explain a miss."""


def verdict(proof: Proof) -> str:
    """Say how well the chosen model does, beside the best rule of thumb, and how far its totals are from what came."""
    return " ".join([*_ranking(proof), *_totals(proof)])


def _ranking(proof: Proof) -> Iterator[str]:
    chosen, simple = proof.chosen, best_simple(proof.measured)
    own, rule = proof.measured[chosen], proof.measured[simple]
    auc, called = numbers.fine(own.figures["auc"]), f"“{LABELS[simple].lower()}”"
    if own.interval("auc")[0] <= CHANCE:
        yield f"Nothing in this data foretells who comes back: no model ranks customers better than chance (AUC {auc})."
        return
    if chosen in SIMPLE:
        yield f"No model ranks customers better than {called} (AUC {auc}), so that this rule is used."
        return
    low, high = own.interval("auc", minus=rule)
    against = f"AUC {auc} against {numbers.fine(rule.figures['auc'])}"
    if low <= 0:
        yield (
            f"{SUBJECTS[chosen]} ranks customers no better than {called}: {against}, a difference that may be chance. "
            "It is used because its probabilities are nearer to what came."
        )
    else:
        yield (
            f"{SUBJECTS[chosen]} ranks customers better than any rule of thumb: {against} for {called} "
            f"(ahead by {numbers.fine(low)} to {numbers.fine(high)})."
        )


def _totals(proof: Proof) -> Iterator[str]:
    found = proof.measured[proof.chosen].figures
    ratio = found["orders_ratio"]
    if numbers.missing(ratio):
        return
    yield (
        f"Over {numbers.plural(proof.cutoffs.height, 'cut-off')} it expected {numbers.full(found['orders_expected'])} "
        f"orders, and {numbers.full(found['orders_actual'])} came{_off(ratio)}."
    )
    yield from _season(proof)


def _off(ratio: float) -> str:
    return "" if abs(ratio - 1) < CHANGED else f": {_miss(ratio)}"


def _miss(ratio: float) -> str:
    return f"{numbers.share(abs(ratio - 1))} too {'many' if ratio > 1 else 'few'}"


def _season(proof: Proof) -> Iterator[str]:
    """Say where a total was missed most, and whether buying had changed since the window that was learnt from."""
    table = proof.cutoffs.filter(proof.cutoffs["orders_actual"] > 0)
    ratios = table["orders_expected"] / table["orders_actual"]
    missed = table.with_columns(ratio=ratios).filter((ratios - 1).abs() > MISSED)
    if missed.is_empty():
        return
    worst = missed.sort((missed["ratio"] - 1).abs(), descending=True).row(0, named=True)
    before, now = worst["returned_before"], worst["returned"]
    changed = abs(now - before) > CHANGED and (now > before) == (worst["ratio"] < 1)
    why = f"{numbers.share(before)} of customers bought in the period before, {numbers.share(now)} in this one"
    if proof.cutoffs.height > 1:
        yield f"The largest miss, from {numbers.day(worst['cutoff'])} on, was {_miss(worst['ratio'])}" + (
            f": {why}, a change of season or of business that the past did not tell." if changed else "."
        )
    elif changed:
        yield f"There had been a change of season or of business that the past did not tell: {why}."
