"""The models that compete: rules of thumb that never fall, a blend no worse than its parts, and the written choice."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit
from sklearn.metrics import log_loss

from engine.forecast import rules
from engine.forecast.blend import Blend, level, log_odds
from engine.forecast.boosting import Boosting
from engine.forecast.buying import Said
from engine.forecast.inputs import FEATURES, Inputs
from engine.forecast.measures import Measured, Outcome, Prediction
from engine.forecast.names import BLEND, BUYING, FREQUENCY, OWN_RATE, RECENCY, STEADY
from engine.forecast.rules import Rule
from engine.forecast.validate import choose


def inputs(count: int, seed: int) -> Inputs:
    """Made-up customers: frequency by a gamma, everything else at random."""
    random = np.random.default_rng(seed)
    age = random.integers(0, 400, count).astype(float)
    frequency = random.poisson(random.gamma(0.5, 4.0, count)) * (age > 0)
    recency = np.floor(random.uniform(0, 1, count) * age) * (frequency > 0)
    matrix = random.normal(size=(count, len(FEATURES)))
    matrix[:, FEATURES.index("recency_days")] = age - recency
    value = random.gamma(2.0, 20.0, count)
    return Inputs(matrix, frequency.astype(float), recency, age, frequency + 1, value)


def outcome(customers: Inputs, seed: int) -> Outcome:
    random = np.random.default_rng(seed)
    orders = random.poisson(0.1 + customers.frequency / 10)
    spend = orders * customers.value - random.binomial(1, 0.1, len(orders)) * 500.0
    return Outcome(np.arange(len(orders)), orders, spend)


@pytest.mark.parametrize("figure", [rules.recently, rules.often, rules.own_rate], ids=lambda each: each.__name__)
def test_a_rule_foretells_more_of_a_higher_figure_and_has_its_total_right(figure: object) -> None:
    customers = inputs(800, 1)
    came = outcome(customers, 2)

    said = Rule.fit(figure, customers, came).predict(customers)  # type: ignore[arg-type]

    order = np.argsort(said.score, kind="stable")
    for values in (said.p_return, said.orders, said.spend):
        assert (np.diff(values[order]) >= -1e-12).all()
        assert (values >= 0).all()
    assert said.p_return.mean() == pytest.approx(came.returned.mean())
    assert said.orders.sum() == pytest.approx(came.orders.sum())


def test_customers_of_no_age_have_no_rate_of_their_own() -> None:
    rate = rules.own_rate(Inputs(np.zeros((2, 1)), *(np.array([1.0, 0.0]),) * 2, np.zeros(2), np.ones(2), np.ones(2)))

    assert rate.tolist() == [0, 0]


def test_boosting_gives_amounts_of_those_who_return_and_none_below_zero() -> None:
    customers = inputs(600, 3)
    came = outcome(customers, 4)

    said = Boosting.fit(customers.matrix, came, seed=1).predict(customers.matrix)

    assert ((said.p_return > 0) & (said.p_return < 1)).all()
    assert (said.orders >= said.p_return).all()
    assert (said.spend >= 0).all()
    nothing = Outcome(came.customer, came.returned.astype(int), np.full(len(came.orders), -5.0))
    flat = Boosting.fit(customers.matrix, nothing, seed=1).predict(customers.matrix)
    assert (flat.orders == flat.p_return).all()
    assert (flat.spend == 0).all()


PROBABILITIES = st.lists(st.floats(0.001, 0.999), min_size=40, max_size=120)


@given(PROBABILITIES, st.integers(0, 10_000))
@settings(max_examples=30, deadline=None)
def test_a_blend_is_no_worse_than_either_of_its_parts_where_it_was_fitted(p: list[float], seed: int) -> None:
    random = np.random.default_rng(seed)
    one = np.array(p)
    other = expit(log_odds(one) + random.normal(0, 1, len(p)))
    came = random.uniform(size=len(p)) < (one + other) / 2

    blend = Blend.fit(one, other, came)

    mixed = log_loss(came, blend.p_return(one, other), labels=[False, True])
    assert blend.boosting >= 0
    assert blend.buying >= 0
    # What holds the weights near one half may cost a little where there are few customers.
    assert mixed <= min(log_loss(came, each, labels=[False, True]) for each in (one, other)) + 0.002


@given(PROBABILITIES, st.floats(0.01, 0.99))
@settings(max_examples=30, deadline=None)
def test_level_brings_the_mean_to_where_it_is_wanted(p: list[float], mean: float) -> None:
    assert expit(log_odds(np.array(p)) + level(np.array(p), mean)).mean() == pytest.approx(mean, abs=1e-9)


def test_a_blend_of_amounts_lies_between_those_of_its_parts() -> None:
    random = np.random.default_rng(1)
    p = random.uniform(0.05, 0.95, 200)
    boosted = Prediction(p, p * (1 + random.gamma(1, 1, 200)), p * random.gamma(2, 30, 200))
    value = random.gamma(2, 15, 200)
    more = random.gamma(1, 1, 200)
    said = Said(p, p, p * (1 + more), p * (1 + more) * value, np.ones(200), value)

    mixed = Blend(0.5, 0.5, 0.0).predict(boosted, said)

    assert mixed.p_return == pytest.approx(p)
    assert (mixed.orders >= np.minimum(boosted.orders, said.orders) - 1e-12).all()
    assert (mixed.orders <= np.maximum(boosted.orders, said.orders) + 1e-12).all()
    of_orders = mixed.orders * value
    assert (mixed.spend >= np.minimum(boosted.spend, of_orders) - 1e-9).all()
    assert (mixed.spend <= np.maximum(boosted.spend, of_orders) + 1e-9).all()


def measured(auc: float, loss: float) -> Measured:
    return Measured({"auc": auc, "log_loss": loss}, {})


@pytest.mark.parametrize(
    ("figures", "chosen"),
    [
        ({BUYING: (0.80, 0.30), BLEND: (0.82, 0.29), STEADY: (0.82, 0.28)}, STEADY),
        ({BUYING: (0.80, 0.30), BLEND: (0.82, 0.29), STEADY: (0.79, 0.20)}, BLEND),  # out-ranked, however calibrated
        ({BUYING: (0.70, 0.30), BLEND: (0.74, 0.29), STEADY: (0.74, 0.28)}, RECENCY),  # nothing beats who bought last
        ({BUYING: (0.81, 0.30), BLEND: (0.80, 0.10), STEADY: (0.80, 0.10)}, BUYING),
        ({BUYING: (0.80, 0.30), BLEND: (0.80, 0.30), STEADY: (0.80, 0.30)}, BUYING),  # a tie: the simplest
    ],
    ids=["best of both", "ranking first", "a rule of thumb", "nothing better than BG/NBD", "tie"],
)
def test_the_chosen_model_is_out_ranked_by_nothing_simple_and_has_the_least_loss(
    figures: dict[str, tuple[float, float]], chosen: str
) -> None:
    simple = {RECENCY: (0.75, 0.5), FREQUENCY: (0.6, 0.6), OWN_RATE: (0.6, 0.6)}

    assert choose({name: measured(*each) for name, each in (simple | figures).items()}) == chosen
