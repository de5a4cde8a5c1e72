from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.intake.vocabulary import (
    COMPOSED,
    LANGUAGES,
    LOOSE,
    NAMES,
    PARTIAL,
    ROLES,
    is_other,
    name_score,
    names_currency,
    normalise,
)

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
        ("Numéro Client", "numero client"),
        ("N° commande", "n commande"),
        ("№ заказа", "no заказа"),
        ("ДатаЗаказа", "дата заказа"),
        ("Straße", "strasse"),
        ("Ilość", "ilosc"),
        ("Order #", "order number"),
        ("  Order.Date ", "order date"),
        ("t_dat", "t dat"),
        ("", ""),
        ("***", ""),
    ],
)
def test_names_are_written_in_lower_case_and_apart(name: str, expected: str) -> None:
    assert normalise(name) == expected


def test_every_language_names_every_role() -> None:
    assert {language: tuple(names) for language, names in LANGUAGES.items()} == dict.fromkeys(LANGUAGES, ROLES)


def test_no_language_lists_a_name_twice_in_a_role() -> None:
    listed = [
        (language, role, normalise(name))
        for language, names in LANGUAGES.items()
        for role, text in names.items()
        for name in text.replace("/", ",").split(",")
    ]

    assert {each for each in listed if listed.count(each) > 1} == set()


@settings(deadline=None, max_examples=200)
@given(st.sampled_from(LISTED), st.sampled_from(sorted(SPELLINGS)))
def test_any_usual_spelling_of_a_listed_name_scores_as_the_name_itself(listed: tuple[str, str], spelling: str) -> None:
    role, name = listed

    assert name_score(role, SPELLINGS[spelling](name)) == name_score(role, name)


@pytest.mark.parametrize("role", NAMES)
def test_all_listed_names_beat_mere_words(role: str) -> None:
    scores = {name: name_score(role, name) for name in NAMES[role]}

    assert max(scores.values()) == 1.0
    assert {name for name, score in scores.items() if score <= 0.55} == set()


@pytest.mark.parametrize(
    ("role", "surer", "less_sure"),
    [
        ("customer", "Customer ID", "Customer Email"),
        ("customer", "Customer Email", "Customer Name"),
        ("customer", "Kundennummer", "Kunde"),
        ("order", "N° commande", "Commande"),
        ("date", "Data ordine", "Data"),
        ("amount", "Line Total", "Order Total"),
        ("amount", "Сумма", "Итого"),
        ("price", "Cena jednostkowa", "Cena"),
    ],
)
def test_surer_names_score_higher(role: str, surer: str, less_sure: str) -> None:
    assert name_score(role, surer) > name_score(role, less_sure) > 0.5


@pytest.mark.parametrize("name", ["Währung", "Waehrung", "WAEHRUNG", "wahrung", "Wa\u0308hrung"])
def test_accents_and_their_spellings_make_no_difference(name: str) -> None:
    assert name_score("currency", name) == 1.0


@pytest.mark.parametrize(
    ("role", "name"),
    [
        ("amount", "Total (EUR)"),
        ("amount", "Line Total USD"),
        ("price", "Item Cost (inc. tax)"),
        ("price", "unit_price_tax_incl"),
        ("price", "Prix unitaire TTC"),
        ("date", "Created (UTC)"),
        ("date", "Order Date (dd/mm/yyyy)"),
    ],
)
def test_units_taxes_and_zones_are_looked_past(role: str, name: str) -> None:
    assert name_score(role, name) > 0.7


@pytest.mark.parametrize(
    ("role", "name"),
    [
        ("date", "Date of Birth"),
        ("date", "birth_date"),
        ("date", "Ship Date"),
        ("date", "Lieferdatum"),
        ("date", "Date de naissance"),
        ("date", "Fecha de entrega"),
        ("date", "Data wysyłki"),
        ("date", "Дата рождения"),
        ("amount", "Tax Amount"),
        ("amount", "Shipping Total"),
        ("amount", "Amount (tax)"),
        ("amount", "Refunded Amount"),
        ("amount", "Steuerbetrag"),
        ("amount", "Montant TVA"),
        ("price", "Discount per unit price"),
        ("customer", "Customer City"),
        ("customer", "Customer Type"),
        ("order", "Order Item Number"),
        ("product", "order_item_id"),
        ("quantity", "Refunded quantity"),
        ("amount", "GP%"),
    ],
)
def test_columns_of_the_same_kind_that_play_another_part_score_nothing(role: str, name: str) -> None:
    assert name_score(role, name) == 0.0


def test_a_telling_word_is_no_veto_against_itself() -> None:
    assert is_other("customer", "address")
    assert name_score("customer", "From Email Address") == PARTIAL
    assert name_score("customer", "Seller Email") == 0.0


@pytest.mark.parametrize(
    ("role", "name"),
    [
        ("customer", "Login klienta"),
        ("customer", "hash of client id"),
        ("order", "Nº de factura"),
        ("order", "ID da compra"),
        ("product", "Номер продукта"),
        ("price", "PVP unitario"),
        ("amount", "Montant de la vente"),
        ("quantity", "Количество, шт"),
        ("date", "SaleDateTime"),
        ("product_name", "Titel des Artikels"),
    ],
)
def test_names_on_no_list_are_understood_by_their_words(role: str, name: str) -> None:
    assert name not in NAMES[role]
    assert name_score(role, name) >= COMPOSED


def test_of_two_things_in_a_name_the_nearer_to_the_number_counts() -> None:
    assert name_score("order", "customer order number") > name_score("customer", "customer order number") == 0.0
    assert name_score("customer", "order customer number") > name_score("order", "order customer number") == 0.0


def test_currencies_are_seen_in_names() -> None:
    assert [name for name in ("amount_usd", "Total EUR", "Total", "Europe") if names_currency(name)] == [
        "amount_usd",
        "Total EUR",
    ]


def test_words_of_a_listed_name_score_less_than_the_name() -> None:
    assert name_score("customer", "loyal customer id (new)") == LOOSE
    assert name_score("date", "web order date") == LOOSE
    assert name_score("category", "web shop product category") == PARTIAL


@settings(deadline=None, max_examples=200)
@given(st.sampled_from(sorted(NAMES)), st.text(max_size=20))
def test_any_text_has_a_score_between_none_and_certain(role: str, name: str) -> None:
    assert 0.0 <= name_score(role, name) <= 1.0


@pytest.mark.parametrize("name", ["", "Discount", "Profit", "Postal Code", "xcustomer idx"])
def test_other_names_fit_no_role(name: str) -> None:
    assert {role: name_score(role, name) for role in NAMES} == dict.fromkeys(NAMES, 0.0)
