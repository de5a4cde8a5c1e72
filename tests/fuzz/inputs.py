"""The kept corpus, and inputs made of it: the same seed makes the same inputs."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from pathlib import Path

CORPUS = Path(__file__).parent / "corpus"
LONGEST = 6_000
"""Bytes of an input."""
WORDS = (
    b'\0 \r \n \r\n \t , ; | " "" \' \xff \xfe\xff \xef\xbb\xbf \xe9 \xe2\x82\xac - -- 0 -0 00 1e9 1e400 nan inf NULL '
    b" 9999-12-31 0000-00-00 2024-02-30 31/12/2024 1,234.56 1.234,56 (5) 5- 999999999999 -9223372036854775808"
    b" =1+1 <b> ../ {{ %s ,,,, ;;;; \x1f\x8b PK\x03\x04 PAR1 [ ] { } : true null 1e5 -1 \\u0000 \\ud800"
).split(b" ")


def corpus(target: str) -> list[bytes]:
    """Return the kept inputs of a target that others are made of, by their names: all but the slow ones."""
    paths = sorted((CORPUS / target).iterdir())
    return [path.read_bytes() for path in paths if not path.name.startswith("slow")]


def inputs(target: str, count: int, seed: int) -> Iterator[bytes]:
    """Make inputs: each one of the corpus, changed in one to eight places."""
    draw = random.Random(f"{target} {seed}")
    kept = corpus(target)
    for _ in range(count):
        content = draw.choice(kept)
        for _ in range(draw.choice((1, 1, 2, 3, 5, 8))):
            content = draw.choice(_CHANGES)(content, kept, draw)[:LONGEST]
        yield content


def _place(content: bytes, draw: random.Random) -> int:
    return draw.randint(0, len(content))


def _flipped(content: bytes, _: list[bytes], draw: random.Random) -> bytes:
    if not content:
        return content
    place = draw.randrange(len(content))
    return content[:place] + bytes([content[place] ^ 1 << draw.randrange(8)]) + content[place + 1 :]


def _with_word(content: bytes, _: list[bytes], draw: random.Random) -> bytes:
    place = _place(content, draw)
    return content[:place] + draw.choice(WORDS) * draw.choice((1, 1, 1, 2, 300)) + content[place:]


def _word_for_cell(content: bytes, _: list[bytes], draw: random.Random) -> bytes:
    cells = content.split(draw.choice((b",", b";", b"\t", b"\n", b'"')))
    by = content[len(cells[0]) : len(cells[0]) + 1]
    cells[draw.randrange(len(cells))] = draw.choice(WORDS)
    return by.join(cells)


def _without(content: bytes, _: list[bytes], draw: random.Random) -> bytes:
    place = _place(content, draw)
    return content[:place] + content[place + draw.choice((1, 1, 3, 20, 400)) :]


def _again(content: bytes, _: list[bytes], draw: random.Random) -> bytes:
    start, place = _place(content, draw), _place(content, draw)
    return content[:place] + content[start : start + draw.choice((1, 10, 100, 1_000))] + content[place:]


def _spliced(content: bytes, kept: list[bytes], draw: random.Random) -> bytes:
    other = draw.choice(kept)
    return content[: _place(content, draw)] + other[_place(other, draw) :]


def _shuffled(content: bytes, _: list[bytes], draw: random.Random) -> bytes:
    lines = content.splitlines(keepends=True)
    draw.shuffle(lines)
    return b"".join(lines)


def _ends(content: bytes, _: list[bytes], draw: random.Random) -> bytes:
    return content.replace(b"\n", draw.choice((b"\r\n", b"\r", b"\n\n", b" \n", b",\n")))


_CHANGES: tuple[Callable[[bytes, list[bytes], random.Random], bytes], ...] = (
    _flipped,
    _with_word,
    _with_word,
    _word_for_cell,
    _word_for_cell,
    _without,
    _again,
    _spliced,
    _shuffled,
    _ends,
)
