import numpy as np
import pytest
from scipy import stats

from aldesim.errors import InputError
from aldesim.trial.endpoints import kaplan_meier
from aldesim.trial.endpoints.paired import (
    paired_means,
    paired_proportions,
    paired_restricted_means,
)

RNG = np.random.default_rng(4)


def test_means_agree_with_the_paired_t_test():
    one = RNG.normal(10, 2, 50)
    two = one + RNG.normal(0.5, 1, 50)
    test = stats.ttest_rel(two, one)
    interval = test.confidence_interval()
    found = paired_means(one, two)
    assert found.difference == pytest.approx((two - one).mean())
    assert (found.low, found.high) == pytest.approx((interval.low, interval.high))
    assert found.p == pytest.approx(test.pvalue)


def pairs(both, first_only, second_only, neither):
    first = [1] * both + [1] * first_only + [0] * second_only + [0] * neither
    second = [1] * both + [0] * first_only + [1] * second_only + [0] * neither
    return second, first


@pytest.mark.parametrize(
    ("cells", "low", "high"),
    [
        # Newcombe 1998, Stat Med 17:2635, Table III, method 10: a, b, c, d.
        ((36, 12, 2, 0), 0.0569, 0.3404),
        ((20, 12, 2, 16), 0.0562, 0.3290),
    ],
)
def test_shares_agree_with_newcombe(cells, low, high):
    found = paired_proportions(*pairs(*cells))
    assert found.difference == pytest.approx(0.2)
    assert (found.low, found.high) == pytest.approx((low, high), abs=5e-4)
    assert found.p == pytest.approx(stats.binomtest(2, 14).pvalue)


def test_restricted_mean_of_unrelated_arms_has_the_error_of_two_curves():
    n = 400
    arms = []
    for scale in (10.0, 14.0):
        time, stop = RNG.exponential(scale, n), RNG.uniform(5, 40, n)
        arms.append((np.minimum(time, stop), time <= stop))
    found = paired_restricted_means(*arms, horizon=12.0)
    curves = [kaplan_meier(*arm).restricted_mean(12.0) for arm in arms]
    assert found.difference == pytest.approx(curves[1].value - curves[0].value)
    width = np.sqrt(sum((c.high - c.value) ** 2 for c in curves))
    assert found.high - found.difference == pytest.approx(width, rel=0.1)


def test_without_censoring_the_restricted_mean_is_a_mean():
    one = RNG.exponential(10, 60)
    two = one * 1.2
    found = paired_restricted_means((one, one > 0), (two, two > 0), horizon=15.0)
    means = paired_means(np.minimum(one, 15), np.minimum(two, 15))
    assert found[:5] == pytest.approx(means[:5])


def test_what_arms_share_cancels():
    one = RNG.exponential(10, 100)
    same = paired_restricted_means((one, one > 0), (one, one > 0), horizon=15.0)
    assert same[2:6] == (0, 0, 0, 1)


def test_arms_of_other_length_are_refused():
    with pytest.raises(InputError, match="must be as long as first"):
        paired_means([1, 2], [1, 2, 3])
