from __future__ import annotations

from datetime import datetime

import polars as pl
import pytest

from engine.intake.dates import detect, parse
from engine.intake.month_names import MONTHS

TWELVE = {language: [each.split() for each in months.split(", ")] for language, months in MONTHS.items()}


@pytest.mark.parametrize("language", MONTHS)
def test_a_language_has_twelve_months(language: str) -> None:
    assert len(TWELVE[language]) == 12


@pytest.mark.parametrize(
    "form", ["14 {} 2015", "14-{}-2015", "14. {}. 2015", "14 de {} de 2015", "mar. 14 {} 2015", "{} 14, 2015"]
)
@pytest.mark.parametrize("language", MONTHS)
def test_every_spelling_is_read(language: str, form: str) -> None:
    for change in (str.lower, str.upper, str.title):
        pairs = [
            (form.format(change(name)), datetime(2015, month, 14))
            for month, names in enumerate(TWELVE[language], start=1)
            for name in names
        ]
        values = [text for text, _ in pairs]

        found = detect(pl.Series(values))

        assert found is not None
        assert (found.share, found.rival) == (1.0, None)
        read = pl.DataFrame({"value": values}).select(parse(pl.col("value"), found.formats))["value"].to_list()
        assert read == [moment for _, moment in pairs]


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("January 14th, 2015", datetime(2015, 1, 14)),
        ("1er février 2015 13:04", datetime(2015, 2, 1, 13, 4)),
        ("1 fevrier 2015 à 13h04", datetime(2015, 2, 1, 13, 4)),
        ("3. Maerz 2015, 13:04:05 Uhr", datetime(2015, 3, 3, 13, 4, 5)),
        ("14 января 2015 года, 13:05", datetime(2015, 1, 14, 13, 5)),
        ("martes, 3 de marzo de 2015", datetime(2015, 3, 3)),
        ("14-ene-15", datetime(2015, 1, 14)),
        ("2015 mai 14", datetime(2015, 5, 14)),
        ("14 ene 2015 01:30 p. m.", datetime(2015, 1, 14, 13, 30)),
    ],
)
def test_what_stands_between_the_parts_does_not_matter(text: str, moment: datetime) -> None:
    found = detect(pl.Series([text]))

    assert found is not None
    assert pl.DataFrame({"value": [text]}).select(parse(pl.col("value"), found.formats)).item() == moment


@pytest.mark.parametrize(
    "text", ["14 Brumaire 2015", "32 mai 2015", "mai", "14 mai", "14 mai 2015 +0100", "14 mai 2015 5"]
)
def test_what_is_no_day_is_null(text: str) -> None:
    assert pl.DataFrame({"value": [text]}).select(parse(pl.col("value"), "names %d %B %Y")).item() is None
