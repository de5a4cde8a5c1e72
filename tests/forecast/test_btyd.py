"""BG/NBD and Gamma-Gamma, held against sums over purchases, simulated customers, and the formulas in plain Python."""

from __future__ import annotations

import math
from functools import partial
from itertools import product
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.special import betainc

from engine.forecast.bgnbd import BGNBD, fit_bgnbd
from engine.forecast.fitting import FitError
from engine.forecast.gamma_gamma import GammaGamma, fit_gamma_gamma
from engine.forecast.quadrature import beta_nodes

TYPICAL = BGNBD(0.4, 20.0, 0.8, 2.5, 0.0, 1, bounded=False)


class Simulated(NamedTuple):
    """Customers of the model until their ages, and in a period after."""

    frequency: NDArray[np.float64]
    recency: NDArray[np.float64]
    age: NDArray[np.float64]
    alive: NDArray[np.bool_]
    later: NDArray[np.int64]


def _simulate(customers: int, model: BGNBD, span: float, period: float = 0.0) -> Simulated:
    dice = np.random.default_rng(5)
    age = dice.uniform(0.3 * span, span, customers)
    frequency, recency, later = np.zeros(customers), np.zeros(customers), np.zeros(customers, dtype=np.int64)
    alive, lost_at = np.ones(customers, dtype=np.bool_), np.full(customers, np.inf)
    rates = dice.gamma(model.r, 1.0 / model.alpha, customers)
    losses = dice.beta(model.a, model.b, customers)
    for i in range(customers):
        now = 0.0
        while True:
            now += dice.exponential(1.0 / rates[i]) if rates[i] > 0.0 else np.inf
            if now > age[i] + period:
                break
            if now <= age[i]:
                frequency[i] += 1
                recency[i] = now
            else:
                later[i] += 1
            if dice.random() < losses[i]:
                lost_at[i] = now
                break
        alive[i] = lost_at[i] > age[i]
    return Simulated(frequency, recency, age, alive, later)


def _expected_by_purchases(model: BGNBD, period: float, x: float, age: float) -> float:
    """Add up, of a customer alive: P(j purchases in the period, were none the last) P(no loss at the j - 1 before)."""
    shape, ahead = model.r + x, period / (model.alpha + age)
    most = int(shape * ahead + 60 * math.sqrt(shape * ahead * (1 + ahead)) + 200 * (1 + ahead) + 400)
    j = np.arange(1.0, most)
    bought = betainc(j, shape, ahead / (1 + ahead))
    kept = np.cumsum(np.log1p(-model.a / (model.a + model.b + x + j[:-1] - 1)))
    return float((bought * np.exp(np.concatenate(([0.0], kept)))).sum())


def _log_likelihood(
    point: tuple[float, float, float, float], frequency: NDArray[np.float64], recency: object, age: object
) -> float:
    """Equation 6 of the paper, customer by customer."""
    r, alpha, a, b = point
    total = 0.0
    for x, t_x, t in zip(frequency, np.asarray(recency), np.asarray(age), strict=True):
        first = math.lgamma(r + x) - math.lgamma(r) + r * math.log(alpha)
        second = math.lgamma(a + b) + math.lgamma(b + x) - math.lgamma(b) - math.lgamma(a + b + x)
        third = -(r + x) * math.log(alpha + t)
        fourth = math.log(a / (b + x - 1)) - (r + x) * math.log(alpha + t_x) if x else -math.inf
        total += first + second + np.logaddexp(third, fourth)
    return total


def _parameters(model: BGNBD) -> tuple[float, float, float, float]:
    return model.r, model.alpha, model.a, model.b


@pytest.mark.parametrize("x", [0, 1, 30, 5000])
@pytest.mark.parametrize("a", [1e-6, 0.2, 0.8, 1.0, 1.0 + 1e-9, 2.0, 30.0, 1e4], ids=str)
def test_expected_purchases_are_the_sum_over_purchases(a: float, x: int) -> None:
    cases = product([1e-3, 100.0], [1e-5, 0.2, 1e4], [0.0, 31.0], [1e-3, 0.5, 2.0 if x == 5000 else 20.0])
    for r, b, age, ahead in cases:
        model = BGNBD(r, 4.4, a, b, 0.0, 1, bounded=False)
        period = ahead * (4.4 + age)

        found = float(model.expected(period, x, age, age))

        wanted = float(model.alive(x, age, age)) * _expected_by_purchases(model, period, x, age)
        assert found == pytest.approx(wanted, rel=1e-10), (r, b, age, ahead)


@pytest.mark.parametrize(("a", "b"), [*product([1e-6, 0.3, 1.0, 7.0, 1e4], repeat=2)], ids=str)
def test_means_of_a_beta_variable_are_the_known_ones(a: float, b: float) -> None:
    points, weights = beta_nodes(a, b)

    assert weights.min() >= 0.0
    assert weights.sum() == pytest.approx(1.0, rel=1e-10)
    assert points @ weights == pytest.approx(a / (a + b), rel=1e-10)
    second = a * (a + 1) / ((a + b) * (a + b + 1))
    assert points**2 @ weights == pytest.approx(second, rel=1e-10)
    assert points**3 @ weights == pytest.approx(second * (a + 2) / (a + b + 2), rel=1e-10)


def test_predictions_hold_on_average_over_simulated_customers() -> None:
    """By frequency, the customers alive, their purchases and those of them with one, within 4 standard errors."""
    customers = _simulate(60_000, TYPICAL, span=300.0, period=60.0)
    x, t_x, age = customers.frequency, customers.recency, customers.age
    found = {
        "alive": (TYPICAL.alive(x, t_x, age), customers.alive.astype(np.float64)),
        "expected": (TYPICAL.expected(60.0, x, t_x, age), customers.later.astype(np.float64)),
        "returns": (TYPICAL.returns(60.0, x, t_x, age), (customers.later > 0).astype(np.float64)),
    }

    for least, most in ((0, 0), (1, 1), (2, 4), (5, 9), (10, 500)):
        rows = (x >= least) & (x <= most)
        for name, (predicted, actual) in found.items():
            off = actual[rows] - predicted[rows]
            error = off.std() / math.sqrt(rows.sum())
            assert abs(off.mean()) <= 4 * error + 1e-12, (name, least)


@given(
    st.integers(0, 6000),
    st.floats(0, 1),
    st.floats(0, 1e4),
    st.tuples(st.floats(1e-3, 1e3), st.floats(1e-3, 1e3), st.floats(1e-4, 1e3), st.floats(1e-4, 1e3)),
)
@settings(max_examples=200, deadline=None)
def test_predictions_are_possible_and_in_order(
    x: int, share: float, age: float, point: tuple[float, float, float, float]
) -> None:
    model = BGNBD(*point, 0.0, 1, bounded=False)
    recency = age * share if x else 0.0
    periods = np.array([0.0, 1e-9, 0.1, 1.0, 30.0, 1e3, 1e6])

    alive = model.alive(x, recency, age)
    returns = model.returns(periods, x, recency, age)
    expected = model.expected(periods, x, recency, age)

    assert 0.0 <= alive <= 1.0
    assert returns[0] == expected[0] == 0.0
    assert (np.diff(returns) >= 0.0).all()
    assert (np.diff(expected) >= -1e-12 * expected[1:]).all()
    assert (returns <= alive).all()
    # Of a period that is next to nothing, both are small differences of large numbers.
    off = np.where(periods < 1e-6, 1e-8, 1e-12)
    assert (expected >= returns * (1.0 - off)).all()
    assert np.isfinite(expected).all()


def test_in_the_long_run_all_who_are_alive_return() -> None:
    chances = TYPICAL.returns(1e30, [3, 40], [100.0, 200.0], [200.0, 300.0])

    assert chances == pytest.approx(TYPICAL.alive([3, 40], [100.0, 200.0], [200.0, 300.0]), rel=1e-9)


def test_the_wait_is_the_period_in_which_the_chance_is_reached() -> None:
    x, t_x, age = (
        np.array([0.0, 1.0, 7.0, 200.0]),
        np.array([0.0, 5.0, 90.0, 99.0]),
        np.array([80.0, 30.0, 100.0, 99.5]),
    )

    for chance in (0.01, 0.2, 0.5):
        wait = TYPICAL.wait(chance, x, t_x, age)
        alive = TYPICAL.alive(x, t_x, age)
        assert (np.isinf(wait) == (alive <= chance)).all()
        known = np.isfinite(wait)
        assert TYPICAL.returns(wait[known], x[known], t_x[known], age[known]) == pytest.approx(chance, rel=1e-9)
    assert (TYPICAL.wait(0.0, x, t_x, age) == 0.0).all()
    assert np.isinf(TYPICAL.wait(1.0, x, t_x, age)).all()
    assert np.isinf(TYPICAL.wait(1e-3, 5000, 1.0, 500.0))
    assert np.isinf(BGNBD(1e-5, 1.0, 1.0, 1.0, 0.0, 1, bounded=True).wait(0.5, 0.0, 0.0, 0.0))


def test_what_a_customer_is_predicted_does_not_depend_on_the_others() -> None:
    x, t_x, age = _simulate(1_500, TYPICAL, span=300.0)[:3]
    figures = (
        TYPICAL.alive,
        partial(TYPICAL.expected, 30.0),
        partial(TYPICAL.returns, 30.0),
        partial(TYPICAL.wait, 0.3),
    )

    for figure in figures:
        together = figure(x, t_x, age)
        assert together[:50].tolist() == [float(figure(*row)) for row in zip(x[:50], t_x[:50], age[:50], strict=True)]
        assert together[::-1].tolist() == figure(x[::-1], t_x[::-1], age[::-1]).tolist()
        assert figure([], [], []).shape == (0,)
    periods = TYPICAL.expected([[10.0], [30.0]], x, t_x, age)
    assert periods[1].tolist() == TYPICAL.expected(30.0, x, t_x, age).tolist()


@pytest.fixture(scope="module")
def simulated() -> Simulated:
    return _simulate(8_000, TYPICAL, span=400.0)


def test_the_fit_has_the_greatest_likelihood(simulated: Simulated) -> None:
    few = [column[:500] for column in simulated[:3]]

    model = fit_bgnbd(*few)

    best = _log_likelihood(_parameters(model), *few)
    assert model.log_likelihood == pytest.approx(best, rel=1e-12)
    for place, change in product(range(4), (0.998, 1.002)):
        point = list(_parameters(model))
        point[place] *= change
        assert _log_likelihood((point[0], point[1], point[2], point[3]), *few) < best


def test_known_parameters_are_found_again(simulated: Simulated) -> None:
    """Twice the gain in likelihood over the truth is a chi-square variable of 4 degrees: over 18 once in a thousand."""
    model = fit_bgnbd(*simulated[:3])

    gain = model.log_likelihood - _log_likelihood(_parameters(TYPICAL), *simulated[:3])
    assert 0.0 <= gain < 9.0
    assert not model.bounded
    assert _parameters(model) == pytest.approx(_parameters(TYPICAL), rel=0.25)


def test_the_unit_of_time_does_not_matter(simulated: Simulated) -> None:
    x, t_x, age = simulated[:3]

    days, weeks = fit_bgnbd(x, t_x, age), fit_bgnbd(x, t_x / 7, age / 7)

    assert (weeks.r, weeks.alpha * 7, weeks.a, weeks.b) == pytest.approx(_parameters(days), rel=1e-6)
    assert days.log_likelihood == pytest.approx(weeks.log_likelihood - x.sum() * math.log(7), rel=1e-12)


@given(
    st.lists(st.tuples(st.integers(0, 9), st.integers(1, 50), st.integers(0, 50)), min_size=3, max_size=40),
    st.sampled_from([1.0, 7.0, 1e-9]),
)
@settings(max_examples=30, deadline=None)
def test_the_order_of_customers_and_their_grouping_change_no_bit(rows: list[tuple[int, int, int]], unit: float) -> None:
    customers = [*rows, *rows[::2], (1, 3, 4)]
    table = np.array([(x, t_x if x else 0, t_x + more) for x, t_x, more in customers], dtype=np.float64)
    table[:, 1:] /= unit
    shuffled = table[np.random.default_rng(len(rows)).permutation(len(table))]
    distinct, counts = np.unique(shuffled, axis=0, return_counts=True)
    backwards = distinct[::-1]

    model = fit_bgnbd(*table.T)

    assert fit_bgnbd(*shuffled.T) == model
    assert fit_bgnbd(backwards[:, 0], backwards[:, 1], backwards[:, 2], counts[::-1]) == model
    value = table[:, 2] + 1.0
    spend = fit_gamma_gamma(table[:, 0], value)
    assert fit_gamma_gamma(shuffled[:, 0], shuffled[:, 2] + 1.0) == spend
    assert fit_gamma_gamma(backwards[:, 0], backwards[:, 2] + 1.0, weights=counts[::-1]) == spend


def test_customers_beyond_the_first_sample_count_each() -> None:
    """The starts are tried on 20,000 customers; the result is that of all of them."""
    x, t_x, age = (column[:2_000] for column in _simulate(2_000, TYPICAL, span=400.0)[:3])

    model, many = fit_bgnbd(x, t_x, age), fit_bgnbd(x, t_x, age, weights=np.full(2_000, 1_000))

    assert _parameters(many) == pytest.approx(_parameters(model), rel=1e-6)
    assert many.log_likelihood == pytest.approx(1_000 * model.log_likelihood, rel=1e-12)
    assert many.customers == 2_000_000


@pytest.mark.parametrize(
    ("truth", "name"),
    [
        (BGNBD(0.5, 20.0, 1e-9, 1e3, 0.0, 1, bounded=False), "a"),
        (BGNBD(500.0, 2e4, 0.8, 2.5, 0.0, 1, bounded=False), "r"),
        (BGNBD(0.5, 20.0, 500.0, 1e-3, 0.0, 1, bounded=False), "b"),
    ],
    ids=["none is lost", "one rate for all", "all are lost at once"],
)
def test_customers_who_do_not_differ_are_still_predicted(truth: BGNBD, name: str) -> None:
    x, t_x, age = _simulate(2_000, truth, span=400.0)[:3]

    model = fit_bgnbd(x, t_x, age)

    assert model.bounded, name
    assert model.expected(50.0, x, t_x, age).sum() == pytest.approx(truth.expected(50.0, x, t_x, age).sum(), rel=0.1)
    assert model.alive(x, t_x, age).sum() == pytest.approx(truth.alive(x, t_x, age).sum(), rel=0.1)


@pytest.mark.parametrize(
    ("x", "t_x", "age"),
    [
        ([1], [3], [10]),
        ([3], [10], [10]),
        ([1, 0], [5, 0], [100, 100]),
        ([5000, 0], [99, 0], [100, 100]),
        ([3, 0], [0, 0], [100, 0]),
        ([3, 0], [3, 0], [4, 0]),
    ],
    ids=["one", "one to the last day", "one repeat", "thousands", "all on a day", "no age"],
)
def test_few_customers_give_finite_predictions(x: list[int], t_x: list[int], age: list[int]) -> None:
    model = fit_bgnbd(x, t_x, age)

    for figures in (model.alive(x, t_x, age), model.expected(9, x, t_x, age), model.returns(9, x, t_x, age)):
        assert np.isfinite(figures).all()
        assert (figures >= 0.0).all()


@pytest.mark.parametrize(
    ("x", "t_x", "age", "reason"),
    [
        ([], [], [], "there are no customers"),
        ([0, 0], [0, 0], [3, 4], "nobody has ordered again"),
        ([2, 0], [0, 0], [0, 0], "no time has passed"),
    ],
    ids=["none", "no repeat", "no time"],
)
def test_what_cannot_be_fitted_is_said(x: list[int], t_x: list[int], age: list[int], reason: str) -> None:
    with pytest.raises(FitError, match=reason):
        fit_bgnbd(x, t_x, age)


@pytest.mark.parametrize(
    ("x", "t_x", "age", "weights", "reason"),
    [
        ([-1], [0], [3], None, "frequency"),
        ([1.5], [1], [3], None, "whole"),
        ([1], [math.nan], [3], None, "recency"),
        ([1], [1], [math.inf], None, "age"),
        ([1], [4], [3], None, "greater than the age"),
        ([1], [2], [3], [0.5], "weights"),
    ],
    ids=["negative", "half a purchase", "missing", "infinite", "recency", "weights"],
)
def test_impossible_customers_are_refused(
    x: list[float], t_x: list[float], age: list[float], weights: list[float] | None, reason: str
) -> None:
    with pytest.raises(ValueError, match=reason):
        fit_bgnbd(x, t_x, age, weights)


def _spend(customers: int, p: float, q: float, v: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    dice = np.random.default_rng(3)
    frequency = dice.integers(1, 9, customers).astype(np.float64)
    return frequency, dice.gamma(p * frequency) / frequency * v / dice.gamma(q, 1.0, customers)


def _spend_likelihood(p: float, q: float, v: float, frequency: object, value: object) -> float:
    return math.fsum(
        math.lgamma(p * x + q) - math.lgamma(p * x) - math.lgamma(q)
        + q * math.log(v) + (p * x - 1) * math.log(z) + p * x * math.log(x) - (p * x + q) * math.log(v + x * z)
        for x, z in zip(np.asarray(frequency), np.asarray(value), strict=True)
    )  # fmt: skip


def test_spend_has_the_greatest_likelihood_and_known_parameters_are_found_again() -> None:
    frequency, value = _spend(4_000, 6.0, 3.7, 15.0)

    model = fit_gamma_gamma(frequency, value)

    best = _spend_likelihood(model.p, model.q, model.v, frequency, value)
    assert model.log_likelihood == pytest.approx(best, rel=1e-12)
    assert 0.0 <= best - _spend_likelihood(6.0, 3.7, 15.0, frequency, value) < 8.0
    for change in (0.998, 1.002):
        assert _spend_likelihood(model.p * change, model.q, model.v, frequency, value) < best
        assert _spend_likelihood(model.p, model.q * change, model.v, frequency, value) < best
        assert _spend_likelihood(model.p, model.q, model.v * change, frequency, value) < best
    assert model.mean == pytest.approx(6.0 * 15.0 / 2.7, rel=0.05)
    assert not model.bounded


def test_a_mean_to_expect_lies_between_the_own_and_that_of_all() -> None:
    model = GammaGamma(6.25, 3.74, 15.44, 0.0, 1, bounded=False)

    few, many = model.mean_value(1, 100.0), model.mean_value(50, 100.0)

    assert model.mean == pytest.approx(6.25 * 15.44 / 2.74, rel=1e-15)
    assert model.mean < few < many < 100.0
    assert model.mean_value(0, 999.0) == pytest.approx(model.mean, rel=1e-15)
    weight = 6.25 / (6.25 + 3.74 - 1.0)
    assert few == pytest.approx((1 - weight) * model.mean + weight * 100.0, rel=1e-14)


def test_customers_without_purchase_or_value_say_nothing() -> None:
    frequency, value = _spend(300, 6.0, 3.7, 15.0)
    more = np.append(frequency, [0, 5, 0]), np.append(value, [30.0, 0.0, 0.0])

    assert fit_gamma_gamma(*more) == fit_gamma_gamma(frequency, value)
    assert fit_gamma_gamma(*more, weights=np.ones(303)) == fit_gamma_gamma(frequency, value)


def test_the_currency_does_not_matter() -> None:
    frequency, value = _spend(500, 6.0, 3.7, 15.0)

    euros, cents = fit_gamma_gamma(frequency, value), fit_gamma_gamma(frequency, 100 * value)

    assert (cents.p, cents.q, cents.v / 100) == pytest.approx((euros.p, euros.q, euros.v), rel=1e-6)
    assert cents.log_likelihood == pytest.approx(euros.log_likelihood - 500 * math.log(100), rel=1e-12)


def test_equal_values_are_expected_again() -> None:
    model = fit_gamma_gamma([1, 2, 5, 9], [10.0, 10.0, 10.0, 10.0])

    assert model.bounded
    assert model.mean_value([0, 1, 9], [0.0, 10.0, 10.0]) == pytest.approx(10.0, rel=1e-3)


def test_spend_without_a_mean_is_said() -> None:
    with pytest.raises(FitError, match="no finite mean"):
        fit_gamma_gamma(*_spend(2_000, 1.0, 0.7, 15.0))
    with pytest.raises(FitError, match="nobody has spent"):
        fit_gamma_gamma([0, 3], [5.0, 0.0])
    assert GammaGamma(1.0, 0.7, 15.0, 0.0, 1, bounded=False).mean == math.inf
    assert GammaGamma(0.1, 0.7, 15.0, 0.0, 1, bounded=False).mean_value(1, 5.0) == math.inf
