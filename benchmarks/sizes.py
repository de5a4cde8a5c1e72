"""Sizes of exports as people write them."""

from __future__ import annotations

from engine.errors import EngineError

_UNITS = {"K": 1_000, "M": 1_000_000}


def parse_rows(text: str) -> list[int]:
    """Read numbers of lines, parted by commas; EngineError where one is no number of lines.

    >>> parse_rows("1M,2_500,20k")
    [1000000, 2500, 20000]
    """
    return [_parse(part.strip()) for part in text.split(",")]


def short(rows: int) -> str:
    """Write a number of lines as briefly as it can be.

    >>> short(20_000_000), short(500_000), short(1_234)
    ('20M', '500K', '1234')
    """
    for unit, size in reversed(_UNITS.items()):
        if rows % size == 0:
            return f"{rows // size}{unit}"
    return str(rows)


def _parse(text: str) -> int:
    size = _UNITS.get(text[-1:].upper(), 1)
    try:
        rows = round(float(text[:-1].replace("_", "")) * size) if size > 1 else int(text)
    except ValueError:
        rows = 0
    if rows < 1:
        raise EngineError(f"{text!r} is no number of lines.", hint="Write it as 1_000_000 or 1M.")
    return rows
