from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.intake.vocabulary import NAMES, name_score, normalise

LISTED = [(role, name) for role, names in NAMES.items() for name in names]
SPELLINGS: dict[str, Callable[[str], str]] = {
    "snake": lambda name: name.replace(" ", "_"),
    "kebab": lambda name: name.replace(" ", "-"),
    "shout": lambda name: name.upper().replace(" ", "_"),
    "title": str.title,
    "camel": lambda name: name.title().replace(" ", ""),
    "joined": lambda name: name.replace(" ", ""),
    "spaced": lambda name: f"  {name.replace(' ', '   ')} ",
}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("CustomerID", "customer id"),
        ("customerId", "customer id"),
        ("CUSTOMER_ID", "customer id"),
        ("StockCode", "stock code"),
        ("Sub-Category", "sub category"),
        ("Numéro Client", "numéro client"),
        ("  Order.Date ", "order date"),
        ("t_dat", "t dat"),
        ("", ""),
        ("***", ""),
    ],
)
def test_names_are_written_in_lower_case_and_apart(name: str, expected: str) -> None:
    assert normalise(name) == expected


def test_listed_names_are_written_as_they_are_compared() -> None:
    assert [name for _, name in LISTED if normalise(name) != name] == []


@settings(deadline=None, max_examples=200)
@given(st.sampled_from(LISTED), st.sampled_from(sorted(SPELLINGS)))
def test_any_usual_spelling_of_a_listed_name_scores_as_the_name_itself(listed: tuple[str, str], spelling: str) -> None:
    role, name = listed

    assert name_score(role, SPELLINGS[spelling](name)) == name_score(role, name)


@pytest.mark.parametrize("role", NAMES)
def test_surer_names_score_higher_and_all_beat_mere_words(role: str) -> None:
    scores = [name_score(role, name) for name in NAMES[role]]

    assert scores == sorted(scores, reverse=True)
    assert len(set(scores)) == len(scores)
    assert scores[0] == 1.0
    assert scores[-1] > 0.5


def test_words_of_a_listed_name_score_less_than_the_name() -> None:
    assert name_score("customer", "shop customer id (new)") == 0.5


@settings(deadline=None, max_examples=200)
@given(st.sampled_from(sorted(NAMES)), st.text(max_size=20))
def test_any_text_has_a_score_between_none_and_certain(role: str, name: str) -> None:
    assert 0.0 <= name_score(role, name) <= 1.0


@pytest.mark.parametrize("name", ["", "Country", "Discount", "Profit", "Postal Code", "xcustomer idx"])
def test_other_names_fit_no_role(name: str) -> None:
    assert {role: name_score(role, name) for role in NAMES} == dict.fromkeys(NAMES, 0.0)
