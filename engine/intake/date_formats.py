"""Formats that a date may be written in, told from the look of one example."""

from __future__ import annotations

import re

from engine.intake.month_names import NAMED

EXCEL = "excel serial"
EPOCHS = {"epoch s": 6, "epoch ms": 3, "epoch us": 0, "epoch ns": -3}
"""Times as counts since 1970, and the decimal digits that make microseconds of them."""

DOTTED = "dotted "
"""Begins a format whose AM and PM are written with dots or blanks, as in `p. m.`"""

LONGEST = 48
"""Characters of the longest text that is looked at as a date."""

_TIME = re.compile(
    r"(?P<day>.*?\S)(?P<gap>,? +(?:[^\W\d_]{1,5}\.? +)?|[Tt])(?P<hour>\d{1,2})"
    r"(?:(?P<colon>[:.h])\d\d(?P<seconds>(?P=colon)\d\d(?P<fraction>[.,]\d{1,9})?)?)?"
    r"(?P<half> ?[AaPp](?:\.? ?[Mm]\.?))?(?P<zone> ?(?:Z|[+-]\d\d(?::?\d\d)?|[A-Z]{3,4}|Uhr|hr?s?))?"
)
_COMPACT_TIME = re.compile(r"(?P<day>\d{8})(?P<gap>[T_ ])\d{4}(?P<seconds>\d\d)?(?P<zone>Z|[+-]\d\d(?::?\d\d)?)?")
_DAY = re.compile(r"(?P<first>\d+)(?P<mark>[-/. ]|\. )(?P<second>\d+)(?P=mark)(?P<third>\d+)(?P<end>\.?)")
_ASIAN = re.compile(r"\d{4}(?P<year>[年년])( ?)\d{1,2}(?P<month>[月월])( ?)\d{1,2}(?P<day>[日일])")
_WORD = re.compile(r"[^\W\d_]{3,}")

_BARE = {
    5: (EXCEL,),
    6: ("%y%m%d", "%d%m%y", "%m%d%y"),
    8: ("%Y%m%d", "%d%m%Y", "%m%d%Y"),
    9: ("epoch s",),
    10: ("%Y%m%d%H", "epoch s"),
    12: ("%Y%m%d%H%M", "epoch ms"),
    13: ("epoch ms",),
    14: ("%Y%m%d%H%M%S",),
    15: ("epoch us",),
    16: ("epoch us",),
    17: ("%Y%m%d%H%M%S%3f",),
    18: ("epoch ns",),
    19: ("epoch ns",),
}
"""Formats of digits without a mark, by their number; where two fit, the first reads hardly anything by chance."""


def candidates(example: str) -> tuple[str, ...]:
    """Return the formats that texts which look like the example may be in, day before month; none for what is no date.

    >>> candidates("1/2/2015 13:04")
    ('%d/%m/%Y %H:%M', '%m/%d/%Y %H:%M')
    """
    if len(example) > LONGEST or not example[-1:].isprintable() or "%" in example:
        return ()
    number = re.fullmatch(r"(\d+)([.,]\d+)?", example)
    if number:
        return _of_number(number[1], number[2] or "")
    return _of_day(example, "", "") or _of_compact(example) or _of_moment(example)


def is_bare(date_format: str) -> bool:
    """Whether dates of a format are mere digits, so that they may as well be ids or numbers.

    >>> is_bare("%Y%m%d"), is_bare("epoch s"), is_bare("%Y-%m-%d")
    (True, True, False)
    """
    return date_format in EPOCHS or date_format == EXCEL or not re.sub(r"%(3f|[a-zA-Z])|\.0+$", "", date_format)


def order(date_format: str) -> str:
    """Tell the order of day and month as `dm` or `md`; empty where a year first or a name leaves no doubt.

    >>> order("%d/%m/%Y"), order("%m-%d-%y %H:%M"), order("%Y-%m-%d")
    ('dm', 'md', '')
    """
    day = date_format.removeprefix(DOTTED)
    return {"%d": "dm", "%m": "md"}.get(day[:2], "") if "%m" in day and "%d" in day else ""


def widened(date_format: str) -> str:
    """Return the format that also reads what is like this one but for a fraction of seconds or another offset.

    >>> widened("%Y-%m-%d %H:%M:%SZ")
    '%Y-%m-%d %H:%M:%S%.f%#z'
    """
    fraction = re.sub(r"%S(%\.f|\.0+)?", "%S%.f", date_format)
    return re.sub(r"(?<=[SMf]) ?(Z|%z|%#z)$", "%#z", fraction)


def _of_number(whole: str, fraction: str) -> tuple[str, ...]:
    if not fraction:
        return _BARE.get(len(whole), ())
    if len(whole) == 5:
        return (EXCEL,)
    if not fraction[1:].strip("0") and fraction[0] == ".":
        literal = [each if each in EPOCHS else each + fraction for each in _BARE.get(len(whole), ())]
        return tuple(each for each in literal if each != EXCEL)
    return tuple(each for each in _BARE.get(len(whole), ()) if each in EPOCHS and fraction[0] == ".")


def _of_day(day: str, time: str, names_time: str) -> tuple[str, ...]:
    digits = _DAY.fullmatch(day)
    if digits:
        return tuple(each + time for each in _of_digits(digits))
    asian = _ASIAN.fullmatch(day)
    if asian:
        return (f"%Y{asian['year']}{asian[2]}%m{asian['month']}{asian[4]}%d{asian['day']}{time}",)
    if re.fullmatch(r"\d{8}", day) and time:
        return (f"%Y%m%d{time}",)
    if _WORD.search(day):
        return _of_words(day, time, names_time)
    return ()


def _of_digits(day: re.Match[str]) -> list[str]:
    first, second, third = (len(day[part]) for part in ("first", "second", "third"))
    mark, end = day["mark"], day["end"]
    if first == 4 and max(second, third) <= 2:
        return [f"%Y{mark}%m{mark}%d{end}", f"%Y{mark}%d{mark}%m{end}"]
    if max(first, second) > 2 or third not in {2, 4}:
        return []
    year = "%Y" if third == 4 else "%y"
    found = [f"%d{mark}%m{mark}{year}{end}", f"%m{mark}%d{mark}{year}{end}"]
    return found if third == 4 else [*found, f"%y{mark}%m{mark}%d{end}"]


def _of_words(day: str, time: str, names_time: str) -> tuple[str, ...]:
    """Return the formats of a day with the name of its month: first as strptime reads it, then in any language."""
    parts = re.findall(r"\d+|[^\W\d_]{3,}|.", day)
    lengths = [len(part) for part in parts if part.isdigit()]
    words = [place for place, part in enumerate(parts) if _WORD.fullmatch(part)]
    if sorted(lengths) not in ([1, 2], [2, 2], [1, 4], [2, 4]):
        return ()
    year = "%Y" if 4 in lengths else "%y"
    names = [f"{NAMED}%d %B {year}{names_time}", f"{NAMED}%B %d {year}{names_time}", f"{NAMED}{year} %B %d{names_time}"]
    if time and not names_time:
        names = []
    short = any(part.isalpha() for place, part in enumerate(parts) if place not in words)
    if short or len(words) > 2 or (len(words) == 2 and words[0] != 0):
        return tuple(names)
    direct = list(parts)
    direct[words[-1]] = "%B"
    if len(words) == 2:
        direct[0] = "%A"
    numbers = [place for place, part in enumerate(parts) if part.isdigit()]
    orders = [(numbers, ("%d", year)), (numbers, (year, "%d"))]
    written = []
    for places, fields in orders:
        for place, field in zip(places, fields, strict=True):
            direct[place] = field
        written.append("".join(direct) + time)
    if lengths[0] == 4:
        written.reverse()
    return (*(written[:1] if year == "%Y" else written), *names)


def _of_compact(example: str) -> tuple[str, ...]:
    found = _COMPACT_TIME.fullmatch(example)
    if not found:
        return ()
    zone = {None: "", "Z": "Z"}.get(found["zone"], "%z")
    return tuple(f"%Y%m%d{found['gap']}%H%M{'%S' if found['seconds'] else ''}{each}" for each in _offsets(zone))


def _of_moment(example: str) -> tuple[str, ...]:
    found = _TIME.fullmatch(example)
    if not found or (found["colon"] is None and not _DAY.fullmatch(found["day"])):
        return ()
    colon, half = found["colon"], found["half"]
    hour, minute = "%I" if half else "%H", f"{colon}%M" if colon else ""
    second = f"{colon}%S" if found["seconds"] else ""
    fraction = found["fraction"] or ""
    fraction = "" if not fraction else "%.f" if fraction[0] == "." else f",%{_digits(len(fraction) - 1)}f"
    plain = re.fullmatch(r"( ?)[AaPp][Mm]", half) if half else None
    half_day = "" if not half else f"{plain[1] if plain else ' '}%p"
    prefix = DOTTED if half and not plain else ""
    time = f"{found['gap']}{hour}{minute}{second}{fraction}{half_day}"
    named = f" {hour}{' %M' if minute else ''}{' %S' if second else ''}{' %p' if half else ''}"
    zone = found["zone"] or ""
    days = (each for tail in _offsets(_zone(zone)) for each in _of_day(found["day"], time + tail, _named(named, zone)))
    return tuple(dict.fromkeys(each if each.startswith(NAMED) else prefix + each for each in days))


def _digits(written: int) -> int:
    return min(each for each in (3, 6, 9) if each >= written)


def _zone(zone: str) -> str:
    offset = zone.lstrip()
    return zone if offset[:1] not in {"+", "-"} else zone.replace(offset, "%z") if offset else ""


def _offsets(zone: str) -> tuple[str, ...]:
    """Return an offset as strptime reads it: strictly, then also without minutes."""
    return (zone, zone.replace("%z", "%#z")) if "%z" in zone else (zone,)


def _named(time: str, zone: str) -> str:
    # NOTE: names in other languages are not read together with an offset.
    return "" if zone.strip()[:1] in {"+", "-"} else time
