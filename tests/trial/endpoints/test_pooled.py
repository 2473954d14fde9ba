"""Shares and curves over versions of a population."""

import numpy as np
import pytest

from aldesim.errors import InputError
from aldesim.trial.endpoints import (
    kaplan_meier,
    pooled,
    pooled_curve,
    pooled_proportion,
    proportion,
)


def test_versions_that_agree_leave_the_interval_of_one():
    one, many = proportion(15, 100), pooled_proportion([15] * 8, [100] * 8)
    assert (many.count, many.n) == (120, 800)
    assert [many.value, many.low, many.high] == pytest.approx([one.value, one.low, one.high])
    nobody = pooled_proportion([0] * 8, [100] * 8)
    assert [nobody.low, nobody.high] == pytest.approx([0, proportion(0, 100).high])


def test_what_differs_between_versions_widens_the_interval():
    alike, apart = (
        pooled_proportion([15, 15, 15, 15], [100] * 4),
        pooled_proportion([5, 10, 20, 25], [100] * 4),
    )
    assert apart.value == pytest.approx(alike.value)
    assert apart.low < alike.low and apart.high > alike.high
    certain = pooled_proportion([0, 100], [100, 100])
    assert (certain.low, certain.high) == (0, 1)


def test_few_versions_are_worth_less_than_many():
    """Rubin's degrees of freedom: with as much within as between, four times those between."""
    few, many = pooled([0.0, 2.0], [3.0, 3.0]), pooled([0.0, 2.0] * 20, [3.0] * 40)
    assert few.between == pytest.approx(3.0) and few.freedom == pytest.approx(4.0)
    assert few.quantile(0.95) == pytest.approx(2.776, abs=1e-3)
    assert many.quantile(0.95) < 2.0
    with pytest.raises(InputError, match="two or more"):
        pooled([1.0], [1.0])


def test_intervals_hold_the_truth_as_often_as_they_say():
    """Shares of patients common to all versions: each is a response if a score is high enough."""
    rng = np.random.default_rng(1)
    inside = []
    for _ in range(600):
        truth = rng.normal(-1.0, 0.3)  # what is known of it: draws of the same spread around it
        seen = rng.normal(truth, 0.3)
        scores = rng.logistic(size=80)
        counts = [int((scores < draw).sum()) for draw in rng.normal(seen, 0.3, 20)]
        found = pooled_proportion(counts, [80] * 20)
        inside.append(found.low <= 1 / (1 + np.exp(-truth)) <= found.high)
    assert 0.92 <= np.mean(inside) <= 0.985


def test_a_pooled_curve_is_the_mean_with_wider_limits():
    rng = np.random.default_rng(2)
    life = rng.exponential(1.0, 200)
    curves = [kaplan_meier(np.minimum(rate * life, 3), rate * life < 3) for rate in (0.6, 1, 1.6)]
    found = pooled_curve(curves)
    at = [curve.landmark(1.0) for curve in (*curves, found)]
    assert at[3].value == pytest.approx(np.mean([one.value for one in at[:3]]))
    assert at[3].low < at[1].low and at[3].high > at[1].high
    assert found.at_risk[0] == 600 and found.events.sum() == sum(c.events.sum() for c in curves)
    assert found.median().low < curves[1].median().low
    assert found.low[0] == 1 and found.low[found.time < 0.01].min() > 0.8  # one death is no doubt
    with pytest.raises(InputError, match="versions"):
        found.restricted_mean(1.0)


def test_a_curve_pooled_with_itself_keeps_its_counts_and_its_middle():
    one = kaplan_meier([6, 6, 6, 7, 10, 12], [True, True, False, True, False, True])
    found = pooled_curve([one, one])
    np.testing.assert_allclose(found.survival, one.survival)
    np.testing.assert_allclose(found.standard_error, one.standard_error)
    np.testing.assert_array_equal(found.at_risk, 2 * one.at_risk)
    np.testing.assert_array_equal(found.censored, 2 * one.censored)
    assert np.isnan(found.high[-1])
