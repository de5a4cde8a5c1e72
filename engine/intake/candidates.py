"""Which columns could play a role: every pair of role and column, rated by its name and by what its values are."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from engine.intake import evidence
from engine.intake.evidence import Facts, percent
from engine.intake.vocabulary import PARTIAL, name_score

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    import polars as pl

LEAST = 0.3
"""Score below which a candidate is none."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A column that could play a role, rated from 0 to 1, and the reason."""

    role: str
    column: str
    score: float
    reason: str


class Values:
    """The sample of a file, with the facts of each column found out once."""

    def __init__(self, frame: pl.DataFrame) -> None:
        self.frame = frame
        self._facts: dict[str, Facts] = {}

    def facts(self, column: str) -> Facts:
        """Return what the values of a column are."""
        if column not in self._facts:
            self._facts[column] = evidence.facts(self.frame[column])
        return self._facts[column]


def candidates(values: Values, columns: Iterable[str], roles: Iterable[str]) -> Iterator[Candidate]:
    """Yield every pair of role and column whose name fits and whose values do not speak against it."""
    for role in roles:
        for column in columns:
            score = name_score(role, column)
            fit, says = _fit(role, column, values) if score > 0 else (0.0, "")
            if score * fit >= LEAST:
                named = "its name" if score > PARTIAL else "words of its name"
                yield Candidate(role, column, score * fit, f"{named}, and {says}")


def held_against_each_other(values: Values, rated: list[Candidate], settled: dict[str, str]) -> list[Candidate]:
    """Rate candidates again by what the columns of customers and orders tell: `settled` is the column by role."""
    customer, order = settled.get("customer"), settled.get("order")
    return [
        kept for each in rated for kept in [_held(values, each, rated, customer, order, settled)] if kept.score >= LEAST
    ]


def _held(
    values: Values,
    each: Candidate,
    rated: list[Candidate],
    customer: str | None,
    order: str | None,
    settled: dict[str, str],
) -> Candidate:
    frame = values.frame
    if each.role == "date" and customer:
        rivals = [other.column for other in rated if other.role == "date" and other.column != each.column]
        if rivals and _stays(frame, customer, each.column) and any(_varies(frame, customer, other) for other in rivals):
            # Born or registered once, ordered many times.
            return replace(each, score=each.score * 0.6)
    if each.role in {"product_name", "category"} and customer and _stays(frame, customer, each.column):
        return replace(each, score=each.score * 0.4)
    if each.role == "customer" and order and each.column != order:
        agreed = evidence.constant_within(frame, order, each.column)
        if agreed is not None and agreed < 0.5:
            return replace(each, score=each.score * 0.5)
    if (
        each.role == "amount"
        and {"quantity", "price"} <= settled.keys()
        and evidence.is_product(frame, each.column, settled["quantity"], settled["price"])
    ):
        reason = f"{each.reason}, each the quantity times the price"
        return replace(each, score=min(1.0, each.score * 1.2), reason=reason)
    return each


def _stays(frame: pl.DataFrame, customer: str, column: str) -> bool:
    """Whether a column has one value for each customer, of those with several lines."""
    agreed = evidence.constant_within(frame, customer, column)
    return agreed is not None and agreed >= 0.95 and frame[column].n_unique() > 1


def _varies(frame: pl.DataFrame, customer: str, column: str) -> bool:
    agreed = evidence.constant_within(frame, customer, column)
    return agreed is not None and agreed < 0.5


def _fit(role: str, column: str, values: Values) -> tuple[float, str]:
    """Return by how much the column's own values bear out the role, 0 where they rule it out, and what they say."""
    if role == "date":
        share = evidence.dated_share(values.frame[column])
        return (share if share >= evidence.READABLE else 0.0), f"{percent(share)} of values are dates"
    return _FITS[role](values.facts(column), values.frame[column])


def _fit_identifier(facts: Facts, _values: pl.Series) -> tuple[float, str]:
    if facts.decimal:
        return 0.0, ""
    counts = f"{facts.distinct:,} different values on {facts.present:,} lines"
    if facts.constant:
        return 0.6, counts
    sparse = facts.rows >= evidence.ENOUGH and facts.present < 0.2 * facts.rows
    # Customers and products come back: a value of its own for every line is more likely a number of the line.
    return (0.75 if sparse else 0.92 if facts.unique else 1.0), counts


def _fit_number(facts: Facts, _values: pl.Series) -> tuple[float, str]:
    if not facts.present:
        return 0.6, "it is empty in the sample"
    if facts.numeric < evidence.READABLE:
        return 0.0, ""
    # Mostly nothing, or as large as the number of a card: another column is likelier, where there is one.
    odd = facts.rows >= evidence.ENOUGH and (facts.middle == 0 or facts.middle > 1e8)
    return facts.numeric * (0.7 if odd else 1.0), f"{percent(facts.numeric)} of values are numbers"


def _fit_quantity(facts: Facts, values: pl.Series) -> tuple[float, str]:
    fit, reason = _fit_number(facts, values)
    return fit * (0.6 if facts.middle > 1e6 else 1.0), reason


def _fit_price(facts: Facts, values: pl.Series) -> tuple[float, str]:
    fit, reason = _fit_number(facts, values)
    return fit * (0.6 if facts.negative > 0.5 else 1.0), reason


def _fit_words(facts: Facts, _values: pl.Series) -> tuple[float, str]:
    return (0.0 if facts.numeric > 0.5 else 1.0), f"{facts.distinct:,} different texts"


def _fit_category(facts: Facts, _values: pl.Series) -> tuple[float, str]:
    return (0.0 if facts.decimal else 0.6 if facts.unique else 1.0), f"{facts.distinct:,} different values"


def _fit_status(facts: Facts, _values: pl.Series) -> tuple[float, str]:
    many = facts.distinct > 30 or (facts.present >= evidence.ENOUGH and facts.distinct > 0.5 * facts.present)
    return (0.0 if facts.decimal or many else 1.0), f"{facts.distinct:,} different values"


def _fit_country(facts: Facts, _values: pl.Series) -> tuple[float, str]:
    wrong = facts.numeric > 0.5 or facts.distinct > 260 or facts.length > 40
    return (0.0 if wrong else 1.0), f"{facts.distinct:,} different values"


def _fit_currency(facts: Facts, values: pl.Series) -> tuple[float, str]:
    share = evidence.currency_share(values) if facts.distinct <= 100 else 0.0
    return (share if share >= 0.8 else 0.0), f"{percent(share)} of values are signs or codes of currencies"


_FITS: dict[str, Callable[[Facts, pl.Series], tuple[float, str]]] = {
    "customer": _fit_identifier,
    "order": _fit_identifier,
    "product": _fit_identifier,
    "product_name": _fit_words,
    "category": _fit_category,
    "quantity": _fit_quantity,
    "price": _fit_price,
    "amount": _fit_number,
    "currency": _fit_currency,
    "status": _fit_status,
    "country": _fit_country,
    "converted_amount": _fit_number,
}
