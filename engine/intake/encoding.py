"""How the bytes of a file spell its characters: found by evidence, from the cells that are not plain ASCII."""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections import Counter
from functools import partial
from typing import TYPE_CHECKING

from charset_normalizer import from_bytes

if TYPE_CHECKING:
    from collections.abc import Iterable

UTF8 = "utf-8"
DAMAGE = "\ufffd"
"""What stands for bytes that are no character."""
BOMS = (
    (b"\xef\xbb\xbf", UTF8),
    (b"\xff\xfe\0\0", "utf-32-le"),
    (b"\0\0\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)

_WESTERN = (
    "äöüß",
    "àâæçéèêëîïôœùûüÿ",
    "áéíñóúü",
    "ãõáâàçéêíóôúü",
    "àèéìíòóù",
    "åäöøæé",
    "éëïöüèê",
)
_CENTRAL = (
    "ąćęłńóśźż",
    "áčďéěíňóřšťúůýž",
    "áäčďéíĺľňóôŕšťúýž",
    "áéíóöőúüű",
    "ăâîşţ",
    "čćđšž",
    "äöüß",
)
_CYRILLIC = ("абвгдежзийклмнопрстуфхцчшщъыьэюяё", "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя")
CANDIDATES: dict[str, tuple[str, ...]] = {
    "cp1252": _WESTERN,
    "latin-1": _WESTERN,
    "mac_roman": _WESTERN,
    "cp850": _WESTERN,
    "cp1250": _CENTRAL,
    "iso8859_2": _CENTRAL,
    "mac_latin2": _CENTRAL,
    "cp852": _CENTRAL,
    "cp1251": _CYRILLIC,
    "koi8_r": _CYRILLIC,
    "cp866": _CYRILLIC,
    "mac_cyrillic": _CYRILLIC,
    "cp1253": ("αβγδεζηθικλμνξοπρσςτυφχψωάέήίόύώϊϋΐΰ",),
    "cp1254": ("çğ\u0131öşüâîûi\u0307",),
    "cp1257": ("āčēģīķļņšūž", "ąčęėįšųūž", "äõöü"),
    "cp932": (),
    "euc_jp": (),
    "gb18030": (),
    "euc_kr": (),
    "big5": (),
}
"""Encodings of shop exports, likeliest first (this order decides ties), with the letters beyond ASCII of each of their
languages; none for those that spell a character in two bytes."""

_DOS = frozenset({"cp850", "cp852"})
_RARE = 0.5
"""Points per cell by which a reading from the days of DOS must be better than another."""

_CURRENCIES = "€£¥"
_SPACES = "\u00a0\u202f"
_APOSTROPHES = "\u2018\u2019"
_PUNCTUATION = "\u201c\u201d\u201e\u2013\u2014\u2026\u00d7«»®™©°²³½ºª•"

_CELL = re.compile(rb"[^\r\n,;|\t\"]*[\x80-\xff][^\r\n,;|\t\"]*")
_EVIDENCE_CELLS = 2_000
_NEAR = 0.1
"""Scores this share apart are as good as equal: letters alone do not tell such encodings apart."""
_MIXED = 0.1
"""Share of invalid places among all places beyond ASCII from which a file holds lines of two encodings."""


def bom(start: bytes) -> tuple[bytes, str | None]:
    """Return the byte order mark at the start of a file and the encoding that it stands for."""
    return next(((mark, name) for mark, name in BOMS if start.startswith(mark)), (b"", None))


def unit(encoding: str) -> int:
    """Bytes of a line break in an encoding."""
    return 4 if encoding.startswith("utf-32") else 2 if encoding.startswith("utf-16") else 1


def wide(head: bytes) -> str | None:
    """Recognise UTF-16 without a mark: every second byte of its digits and delimiters is zero."""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    half = max(len(head) // 2, 1)
    if min(even, odd) > 0.02 * half or max(even, odd) < 0.1 * half:
        return None
    return "utf-16-le" if odd > even else "utf-16-be"


def is_binary(head: bytes) -> bool:
    """Whether bytes hold more control characters than damaged text would."""
    controls = len(head) - len(head.translate(None, bytes([*range(9), *range(14, 27), *range(28, 32)])))
    return controls > max(0.02 * len(head), 1)


def detect(blocks: Iterable[bytes]) -> tuple[str, str | None]:
    r"""Find the encoding of blocks of whole lines, and a second one that spells the bytes which are no UTF-8.

    The second one stands only beside "utf-8", where both are at home in the file: exports that were joined. Stray
    invalid bytes in a UTF-8 file are damage, not a second encoding.

    >>> detect(["Müller,Größe\n".encode("cp1252")])
    ('cp1252', None)
    >>> detect(["Müller\n".encode()])
    ('utf-8', None)
    """
    foreign: Counter[bytes] = Counter()
    valid = invalid = 0
    for block in blocks:
        if block.isascii() or _is_utf8(block):
            valid += len(_CELL.findall(block)) if not block.isascii() else 0
            continue
        for cell in _CELL.findall(block):
            if _is_utf8(cell):
                valid += 1
            else:
                invalid += 1
                foreign[cell] += 1
    if invalid <= max(_MIXED * (valid + invalid), 2 if valid >= invalid else 0):
        return UTF8, None
    found = _legacy([cell for cell, _ in foreign.most_common(_EVIDENCE_CELLS)])
    return (UTF8, found) if valid > _MIXED * (valid + invalid) else (found, None)


def errors(fallback: str | None) -> str:
    """Return the name of the way to treat bytes that are no UTF-8: as U+FFFD, or as the second encoding spells them."""
    if fallback is None:
        return "replace"
    name = f"hidden-segments-{fallback}"
    codecs.register_error(name, partial(_respelled, encoding=fallback))
    return name


def _respelled(error: UnicodeError, encoding: str) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode(encoding, "replace"), error.end


def _is_utf8(block: bytes) -> bool:
    try:
        block.decode()
    except UnicodeDecodeError:
        return False
    return True


def _legacy(cells: list[bytes]) -> str:
    """Choose the encoding in which cells read most like words, prices and names."""
    scores = {name: _score(cells, name) - (_RARE if name in _DOS else 0) * len(cells) for name in CANDIDATES}
    best = max(scores.values())
    near = [name for name, score in scores.items() if score >= best - _NEAR * abs(best)]
    first = near[0]
    readings = {name: b"\n".join(cells).decode(name, "replace") for name in near}
    if all(reading == readings[first] for reading in readings.values()):
        return first
    # Encodings that read the same text are one finding there.
    ranked = {str(match): match for match in from_bytes(b"\n".join(cells), cp_isolation=near)}
    matches = [(name, ranked[readings[name]]) for name in near if readings[name] in ranked]
    if not matches or matches[0][0] != first:
        return matches[0][0] if matches else first
    chaos, coherence = matches[0][1].chaos, matches[0][1].coherence
    better = [
        name
        for name, match in matches
        if match.chaos < chaos - 0.01 or (match.chaos <= chaos and match.coherence > coherence + 0.1)
    ]
    return better[0] if better else first


def _score(cells: list[bytes], encoding: str) -> float:
    """Rate a reading: +1 for each character beyond ASCII that is likely where it stands, less for others."""
    total = 0.0
    letters: Counter[str] = Counter()
    for cell in cells:
        text = f" {cell.decode(encoding, 'replace')} "
        run = 0
        for before, char, after in zip(text, text[1:], text[2:], strict=False):
            run = run + 1 if char > "\x7f" and char.isalpha() else 0
            if char <= "\x7f":
                continue
            placed = _placed(before, char, after)
            total += 0.0 if run and placed > 0 else placed
            if run and placed > 0:
                letters[char.lower()] += 1
                total -= run > 2 and char < "\u0370"  # Latin words hold few letters beyond ASCII in a row
    languages = CANDIDATES[encoding]
    if not languages:
        return total + letters.total()
    spelled = [sum(n if char in each else -n / 2 for char, n in letters.items()) for each in languages]
    anywhere = "".join(languages)
    mixed = sum(0.8 * n if char in anywhere else -n / 2 for char, n in letters.items())
    return total + max(*spelled, mixed)


def _placed(before: str, char: str, after: str) -> float:
    """Rate a character by its neighbours alone; a letter in its place gets 1."""
    if char == DAMAGE or unicodedata.category(char) in {"Cc", "Cn", "Co"}:
        return -3.0
    if not char.isalpha():
        return _placed_symbol(before, char, after)
    beside = before + after
    if char > "\u036f" and any(each.isascii() and each.isalpha() for each in beside):
        return -1.0  # a letter of another script inside a Latin word
    if char > "\u052f":
        return 1.0 if "\u3040" <= char <= "\ud7a3" else -2.0
    if before.islower() and char.isupper():
        return -1.0
    lost = any(each.isdigit() for each in beside) or not any(each.isalpha() for each in beside)
    return -0.5 if lost else 1.0


def _placed_symbol(before: str, char: str, after: str) -> float:
    beside = before + after
    in_word = before.isalpha() and after.isalpha()
    if char in _CURRENCIES:
        return 1.0 if any(each.isdigit() or each.isspace() or each in "-.," for each in beside) else -1.0
    if char in _SPACES:
        return 1.0 if in_word or any(each.isdigit() for each in beside) else 0.5
    if char in _APOSTROPHES:
        return 1.0 if any(each.isalpha() for each in beside) else 0.0
    return 0.5 if char in _PUNCTUATION and not in_word else -1.0
