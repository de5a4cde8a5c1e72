"""Names of months in the languages of shops, and how to read dates that hold them."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

MONTHS = {
    "English": "january jan, february feb, march mar, april apr, may, june jun, july jul, august aug, "
    "september sept sep, october oct, november nov, december dec",
    "German": "januar jänner jan jän, februar feber feb, märz mär mrz, april apr, mai, juni jun, juli jul, august aug, "
    "september sept sep, oktober okt, november nov, dezember dez",
    "French": "janvier janv jan, février févr fév, mars mar, avril avr, mai, juin, juillet juil, août, "
    "septembre sept sep, octobre oct, novembre nov, décembre déc",
    "Spanish": "enero ene, febrero feb, marzo mar, abril abr, mayo may, junio jun, julio jul, agosto ago, "
    "septiembre setiembre sept sep set, octubre oct, noviembre nov, diciembre dic",
    "Italian": "gennaio gen, febbraio feb, marzo mar, aprile apr, maggio mag, giugno giu, luglio lug, agosto ago, "
    "settembre sett set, ottobre ott, novembre nov, dicembre dic",
    "Portuguese": "janeiro jan, fevereiro fev, março mar, abril abr, maio mai, junho jun, julho jul, agosto ago, "
    "setembro set, outubro out, novembro nov, dezembro dez",
    "Dutch": "januari jan, februari feb, maart mrt, april apr, mei, juni jun, juli jul, augustus aug, "
    "september sept sep, oktober okt, november nov, december dec",
    "Polish": "styczeń stycznia sty, luty lutego lut, marzec marca mar, kwiecień kwietnia kwi, maj maja, "
    "czerwiec czerwca cze, lipiec lipca lip, sierpień sierpnia sie, wrzesień września wrz, "
    "październik października paź, listopad listopada lis, grudzień grudnia gru",
    "Russian": "январь января янв, февраль февраля февр фев, март марта мар, апрель апреля апр, май мая, "
    "июнь июня июн, июль июля июл, август августа авг, сентябрь сентября сент сен, "
    "октябрь октября окт, ноябрь ноября нояб ноя, декабрь декабря дек",
}
"""The twelve months of each language, their spellings one after the other. No spelling means two months."""

NAMED = "names "
"""Begins a format whose names of months may be in any of the languages, with any marks and words between the parts."""

_BETWEEN = r"[^\d|]*"
_PIECES = {
    "%d": r"(\d{1,2})",
    # Not a part of a longer word, as in "Brumaire".
    "%B": r"(?:[^\d|]*[^\d|\p{L}])?\|(\d\d)\|(?:[^\d|\p{L}][^\d|]*)?",
    "%Y": r"(\d{4})",
    "%y": r"(\d\d)",
    "%H": r"(\d{1,2})",
    "%I": r"(\d{1,2})",
    "%M": r"[:.h] ?(\d\d)",
    "%S": r"[:.] ?(\d\d)(?:\.\d+)?",
    "%p": r"([ap])\.?\s?m\b\.?",
}
"""What each part of a format looks like once the names of months are numbers between bars."""


def unaccented(text: str) -> str:
    """Take the accents off Latin letters.

    >>> unaccented("février")
    'fevrier'
    """
    # NOTE: the Cyrillic short i is a letter of its own that would fall apart into a letter and a mark.
    return "".join(each if each == "й" else unicodedata.normalize("NFD", each)[0] for each in text)


def _spellings() -> dict[str, str]:
    found: dict[str, str] = {}
    for months in MONTHS.values():
        for number, spellings in enumerate(months.split(", "), start=1):
            for name in spellings.split():
                umlauts = name.replace("ä", "ae")
                found |= dict.fromkeys((name, unaccented(name), umlauts), f"|{number:02}|")
    # Of two names that begin alike, the longer one is looked for first.
    return dict(sorted(found.items(), key=lambda pair: -len(pair[0])))


SPELLINGS = _spellings()
"""The mark of a month (`|01|` to `|12|`) by every lower-case spelling of its name, the longest first."""


def tidied(column: pl.Expr, named_format: str) -> tuple[pl.Expr, str]:
    """Write a column of a `names ...` format in digits; return it with the strptime format that reads it.

    What does not have the parts of the format in their order stays as it is, and the returned format does not read it.
    """
    parts = re.findall("%.", named_format)
    day, time = parts[:3], parts[3:]
    pattern = "".join(_PIECES[part] for part in day)
    if day[0] == "%B":
        pattern = f"{_PIECES['%B']}{_PIECES['%d']}[^\\d|]+{_PIECES[day[2]]}"
    # A day of the week comes first, and may look like a month: "mar." is also the French Tuesday.
    weekday = rf"(?:{_BETWEEN}\|\d\d\|)?" if day[0] == "%d" else ""
    if time:
        clock = r"\s*".join(_PIECES[part] for part in time)
        pattern += rf"[^\d|]+{clock}"
    places = " ".join(f"${{{place}}}" for place in range(1, len(parts) + 1))
    # The letter of AM and PM is all that was taken of it.
    places += "m" if "%p" in time else ""
    numbered = column.str.to_lowercase().str.replace_many(list(SPELLINGS), list(SPELLINGS.values()), leftmost=True)
    text = numbered.str.replace(rf"^{weekday}{_BETWEEN}{pattern}{_BETWEEN}$", places)
    return text, " ".join(parts).replace("%B", "%m")
