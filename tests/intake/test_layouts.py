from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from engine.intake.exports.known import Known
from engine.intake.layouts import KNOWN, Layout, detect_layout
from engine.intake.vocabulary import ROLES, normalise
from tests.intake.header_rows import expected, parts
from tests.intake.headers_english import ENGLISH
from tests.intake.headers_known import SYSTEMS
from tests.intake.headers_languages import LANGUAGES
from tests.intake.test_roles import played

GENERAL = {**ENGLISH, **LANGUAGES}


def names(row: str) -> list[str]:
    return [name for name, _ in parts(row)]


def known(row: str) -> Layout:
    layout = detect_layout(names(row))
    assert layout is not None
    return layout


@pytest.mark.parametrize("system", SYSTEMS)
def test_known_exports_are_seen_and_every_role_is_in_place(system: str) -> None:
    assert known(SYSTEMS[system]).roles == expected(SYSTEMS[system])


@pytest.mark.parametrize("system", SYSTEMS)
@pytest.mark.parametrize(
    "spelt",
    [str.upper, lambda name: f" {name.lower()} ", lambda name: name.replace("_", " "), normalise],
    ids=["upper", "lower", "spaces", "normalised"],
)
def test_spelling_and_order_of_columns_make_no_difference(system: str, spelt: Callable[[str], str]) -> None:
    columns = [spelt(name) for name in reversed(names(SYSTEMS[system]))]

    found = detect_layout(columns)

    assert found is not None
    assert found.name == known(SYSTEMS[system]).name


@pytest.mark.parametrize("row", GENERAL)
def test_other_tables_are_no_known_export(row: str) -> None:
    assert detect_layout(names(GENERAL[row])) is None


@pytest.mark.parametrize("columns", [[], ["column_1", "column_2"], ["Name", "Total"], ["customer_id", "price"]])
def test_too_little_is_no_known_export(columns: list[str]) -> None:
    assert detect_layout(columns) is None


@pytest.mark.parametrize("layout", KNOWN, ids=lambda layout: f"{layout.name}: {layout.telling}")
def test_layouts_name_roles_that_exist_and_no_price_without_need(layout: Known) -> None:
    assert set(layout.roles) <= set(ROLES)


def test_shopify_carries_fields_of_the_order_down_and_never_its_money() -> None:
    full, short = known(SYSTEMS["Shopify full"]), known(SYSTEMS["Shopify without prices"])

    assert {"Email", "Created at", "Currency", "Financial Status", "Billing Country"} <= set(full.carry_down)
    assert not {"Total", "Subtotal", "Lineitem price", "Lineitem name", "Name", "Refunded Amount"} & set(
        full.carry_down
    )
    assert short.carry_down == ("Email", "Financial Status", "Created at", "Currency")
    assert ("price" in full.roles, "amount" in full.roles) == (True, False)
    assert ("price" in short.roles, "amount" in short.roles) == (False, True)


def test_of_events_only_purchases_are_kept() -> None:
    assert known(SYSTEMS["REES46"]).keep_only == ("event_type", ("purchase",))
    assert known(SYSTEMS["REES46"].replace("event_type", "Event Type")).keep_only == ("Event Type", ("purchase",))
    assert known(SYSTEMS["REES46 purchases"]).keep_only is None


@pytest.mark.parametrize(
    ("columns", "name"),
    [
        ("household_key BASKET_ID DAY PRODUCT_ID QUANTITY SALES_VALUE STORE_ID RETAIL_DISC WEEK_NO", "dunnhumby"),
        ("order_id user_id eval_set order_number order_dow order_hour_of_day days_since_prior_order", "Instacart"),
    ],
)
def test_data_sets_without_dates_are_known_and_say_so(columns: str, name: str) -> None:
    found = detect_layout(columns.split())

    assert found is not None
    assert found.name.startswith(name)
    assert "date" not in found.roles
    assert "no dates" in found.notes


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("file", "name", "amount"),
    [
        ("online_retail.csv", "UCI Online Retail", None),
        ("online_retail_germany_bom.csv", "UCI Online Retail", None),
        ("superstore_mixed_dates.csv", "Superstore", "Sales"),
        ("shopify_orders_fictional.csv", "Shopify orders", "Total"),
    ],
)
def test_real_exports_are_seen_with_all_columns_they_need(
    real_data: Path, file: str, name: str, amount: str | None
) -> None:
    frame = pl.read_csv(real_data / file, infer_schema=False, n_rows=3_000)

    found = detect_layout(frame.columns)

    assert found is not None
    assert (found.name, found.roles.get("amount")) == (name, amount)
    assert played(frame.to_dict(as_series=False)) == found.roles
