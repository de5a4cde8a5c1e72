"""Exports that are known by sight: the columns of well-known shop systems and data sets, and what each one means."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from engine.intake.exports.open_data import OPEN_DATA
from engine.intake.exports.shops import SHOPS
from engine.intake.vocabulary import normalise

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from engine.intake.exports.known import Known


@dataclass(frozen=True, slots=True)
class Layout:
    """What is known about an export whose columns were recognised."""

    name: str
    roles: dict[str, str]
    """Column of this file by role."""
    others: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Further columns of this file that can play a role, where the first one is mostly blank."""
    carry_down: tuple[str, ...] = ()
    """Columns that stand on an order's first line only: blank ones take the value of an earlier line of the order."""
    keep_only: tuple[str, tuple[str, ...]] | None = None
    """A column and its values, in lower case: lines with any other value are no purchases."""
    notes: str = ""
    """What a user should know about the figures of this export."""


KNOWN = (*OPEN_DATA, *SHOPS)
"""All layouts, in the order in which they are tried."""


def detect_layout(columns: Sequence[str]) -> Layout | None:
    """Recognise an export by its columns, whatever their order and spelling; None where it is none of the known ones.

    >>> detect_layout(["T_DAT", "customer_id", "article_id", "price", "sales_channel_id"]).name
    'H&M transactions'
    """
    there = {normalise(column).replace(" ", ""): column for column in reversed(columns)}
    for known in KNOWN:
        if all(name in there for name in _keys(known.telling)):
            able = {role: tuple(_present(names, there)) for role, names in known.roles.items()}
            return Layout(
                known.name,
                {role: names[0] for role, names in able.items() if names},
                {role: names[1:] for role, names in able.items() if len(names) > 1},
                tuple(_present(known.carry_down, there)),
                _kept(known, there),
                known.notes,
            )
    return None


def _keys(names: str) -> list[str]:
    return [normalise(name).replace(" ", "") for name in names.split(",") if name.strip()]


def _present(names: str, there: dict[str, str]) -> Iterator[str]:
    return (there[key] for key in _keys(names) if key in there)


def _kept(known: Known, there: dict[str, str]) -> tuple[str, tuple[str, ...]] | None:
    if known.keep_only is None:
        return None
    name, values = known.keep_only
    return there[_keys(name)[0]], values
