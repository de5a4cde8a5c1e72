"""Measures of predictions, against scikit-learn, against plain counting, and against what must hold."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, brier_score_loss, log_loss, roc_auc_score

from engine.forecast import measures
from engine.forecast.measures import Measured, Outcome, Prediction


def outcome(orders: list[int], spend: list[float] | None = None, first: int = 0) -> Outcome:
    held = np.array(orders)
    return Outcome(np.arange(first, first + len(held)), held, np.array(spend or held * 10.0))


def prediction(p: list[float], orders: list[float] | None = None) -> Prediction:
    chance = np.array(p)
    return Prediction(chance, np.array(orders) if orders else chance, chance * 10)


def plain(customers: int) -> np.ndarray:
    return np.ones((1, customers))


TIED = st.integers(0, 6).map(lambda number: number / 6)
CUSTOMERS = st.lists(st.tuples(TIED, st.integers(0, 2)), min_size=3, max_size=60).filter(
    lambda rows: {came > 0 for _, came in rows} == {True, False}
)


@given(CUSTOMERS)
@settings(max_examples=60, deadline=None)
def test_ranking_is_that_of_scikit_learn_also_with_ties(rows: list[tuple[float, int]]) -> None:
    p, orders = [score for score, _ in rows], [came for _, came in rows]
    came = np.array(orders) > 0

    found = measures.ranking(outcome(orders), np.array(p), plain(len(rows)))

    assert found["auc"][0] == pytest.approx(roc_auc_score(came, p))
    assert found["average_precision"][0] == pytest.approx(average_precision_score(came, p))


@given(CUSTOMERS, st.integers(0, 5))
@settings(max_examples=40, deadline=None)
def test_a_draw_counts_each_customer_as_often_as_it_says(rows: list[tuple[float, int]], seed: int) -> None:
    """Weights of whole numbers are the same as customers who stand there several times."""
    p, orders = [score for score, _ in rows], [came for _, came in rows]
    weights = np.random.default_rng(seed).integers(0, 4, len(rows))
    often = [place for place, weight in enumerate(weights) for _ in range(weight)]
    came = np.array([orders[place] > 0 for place in often], dtype=bool)
    if len(set(came.tolist())) < 2:
        return

    found = measures.ranking(outcome(orders), np.array(p), weights[None, :].astype(float))
    repeated = measures.ranking(outcome([orders[each] for each in often]), np.array(p)[often], plain(len(often)))

    for name in found:
        assert found[name][0] == pytest.approx(repeated[name][0])


def test_losses_errors_and_totals_are_those_of_all_customers_of_all_cut_offs() -> None:
    random = np.random.default_rng(3)
    cases = [outcome(random.poisson(0.5, 80).tolist()), outcome(random.poisson(0.3, 50).tolist())]
    said = [prediction(random.uniform(0.05, 0.95, len(each.orders)).tolist()) for each in cases]

    found = measures.measure(cases, said, measures.weights(80, seed=1)).figures

    came, p = np.concatenate([each.returned for each in cases]), np.concatenate([each.p_return for each in said])
    orders, expected = (np.concatenate([each.orders for each in held]) for held in (cases, said))
    assert found["log_loss"] == pytest.approx(log_loss(came, p))
    assert found["brier"] == pytest.approx(brier_score_loss(came, p))
    assert found["mae_orders"] == pytest.approx(np.abs(orders - expected).mean())
    assert found["rmse_orders"] == pytest.approx(np.sqrt(((orders - expected) ** 2).mean()))
    assert found["orders_ratio"] == pytest.approx(expected.sum() / orders.sum())
    assert found["auc"] == pytest.approx(
        np.mean([roc_auc_score(each.returned, its.p_return) for each, its in zip(cases, said, strict=True)])
    )


def test_interval_covers_the_truth_nineteen_times_of_twenty() -> None:
    """The truth is the AUC of a very large sample of the same population."""

    def drawn(customers: int, seed: int) -> tuple[Outcome, Prediction]:
        random = np.random.default_rng(seed)
        p = random.beta(1, 3, customers)
        return outcome(random.binomial(1, p).tolist()), prediction(p.tolist())

    big, its = drawn(200_000, 0)
    truth = roc_auc_score(big.returned, its.p_return)
    hits = 0
    for seed in range(1, 101):
        case, said = drawn(400, seed)
        low, high = measures.measure([case], [said], measures.weights(400, seed)).interval("auc")
        hits += low <= truth <= high

    assert 88 <= hits <= 100


def test_difference_to_oneself_is_nothing_and_differences_are_paired() -> None:
    random = np.random.default_rng(5)
    p = random.beta(1, 2, 500)
    case, drawn = outcome(random.binomial(1, p).tolist()), measures.weights(500, 1)
    better = measures.measure([case], [prediction(p.tolist())], drawn)
    nearly = measures.measure([case], [prediction((p + random.normal(0, 0.02, 500)).clip(0.01, 0.99).tolist())], drawn)

    assert better.interval("auc", minus=better) == (0, 0)
    low, high = better.interval("auc", minus=nearly)
    alone = better.interval("auc")
    assert high - low < (alone[1] - alone[0]) / 3  # nearly the same customers in the same places


def test_calibration_holds_customers_of_equal_probability_together_and_adds_up() -> None:
    orders = [0] * 50 + [1] * 30 + [2] * 20
    p = [0.1] * 55 + [0.4] * 20 + [0.9] * 25

    table = measures.calibration([outcome(orders)], [prediction(p)])

    assert table["customers"].to_list() == [55, 20, 25]
    assert table["expected"].to_list() == pytest.approx([0.1, 0.4, 0.9])
    assert table["actual"].to_list() == pytest.approx([5 / 55, 1, 1])
    assert table["orders_actual"].sum() == sum(orders)
    assert measures.calibration_error(table) == pytest.approx((55 * (0.1 - 5 / 55) + 20 * 0.6 + 25 * 0.1) / 100)


def test_gain_of_a_perfect_order_and_of_none() -> None:
    orders = [1] * 20 + [0] * 80
    perfect, none = prediction([1 - place / 200 for place in range(100)]), prediction([0.2] * 100)

    best, flat = (measures.gain([outcome(orders)], [each]) for each in (perfect, none))

    assert best[[0, 10, 20, 100]] == pytest.approx([0, 0.5, 1, 1])
    assert flat == pytest.approx(measures.PICKED)


def test_rank_of_a_rule_goes_before_its_probability() -> None:
    count = 120
    said = Prediction(np.full(count, 0.5), np.ones(count), np.ones(count), rank=np.arange(count, dtype=float))

    found = measures.measure([outcome([0] * 60 + [1] * 60)], [said], measures.weights(count, 1))

    assert found.figures["auc"] == 1
    assert isinstance(found, Measured)
