"""The planted segments and the shop, as data."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from engine.generate.catalogue import build_catalogue
from engine.generate.personas import PERSONAS
from engine.generate.tables import HISTORY_DAYS, TICKETS, build_tables
from engine.generate.words import CATEGORIES


def test_shares_add_up_and_names_are_unique() -> None:
    assert sum(persona.share for persona in PERSONAS) == pytest.approx(1.0)
    assert len({persona.name for persona in PERSONAS}) == len(PERSONAS) == 6


def test_tastes_name_categories_of_the_shop() -> None:
    known = {category.name for category in CATEGORIES}
    assert all(set(persona.taste) <= known for persona in PERSONAS)


def test_catalogue_has_two_thousand_differently_named_products() -> None:
    catalogue = build_catalogue(np.random.default_rng(1))
    assert catalogue.products.height == 2_016
    assert catalogue.products.select(pl.col("product_id", "product_name").is_unique().all()).row(0) == (True, True)
    assert catalogue.products["category"].n_unique() == 12
    assert catalogue.price.min() >= 1
    np.testing.assert_allclose(np.bincount(catalogue.category, weights=catalogue.popularity), 1.0)


def test_few_products_make_most_sales() -> None:
    catalogue = build_catalogue(np.random.default_rng(1))
    shelf = np.sort(catalogue.popularity[catalogue.category == 0])[::-1]
    assert 0.5 < shelf[: shelf.size // 5].sum() < 0.8


def test_tables_cover_the_history_and_the_urns() -> None:
    tables = build_tables(build_catalogue(np.random.default_rng(1)))
    assert tables.clock.shape == (6, HISTORY_DAYS + 1)
    assert (np.diff(tables.clock) > 0).all()
    assert tables.urn.shape == tables.minutes.shape == (6, TICKETS)
    assert tables.urn.max() < 2_016
    assert 0 <= tables.minutes.min() <= tables.minutes.max() < 24 * 60
