"""Each row must be what the endpoints of a single trial give, ties included."""

import numpy as np
import pytest
from scipy.optimize import minimize_scalar

from aldesim.trial.design.statistics import (
    hazard_ratios,
    log_rank,
    median_times,
    shares_differ,
    survival_at,
)
from aldesim.trial.endpoints import kaplan_meier, logrank


@pytest.fixture(scope="module")
def rows():
    rng = np.random.default_rng(1)
    shape = (12, 60)
    time = np.round(rng.exponential(10, shape))  # many ties
    counts = rng.random(shape) < 0.9
    first = (rng.random(shape) < 0.5) & counts
    return time, rng.random(shape) < 0.7, first, counts


def test_medians_and_curves_are_those_of_kaplan_meier(rows):
    time, event, _, counts = rows
    medians, days = median_times(time, event, counts), np.array([0.0, 5.0, 12.0])
    curves = survival_at(time, event, counts, days)
    for row, kept in enumerate(counts):
        curve = kaplan_meier(time[row][kept], event[row][kept])
        assert medians[row] == curve.median().value
        assert curves[row] == pytest.approx([curve.landmark(day).value for day in days])


def test_log_rank_is_that_of_one_trial(rows):
    time, event, first, counts = rows
    z, p = log_rank(time, event, first, counts)
    for row in range(len(time)):
        one, other = first[row], counts[row] & ~first[row]
        test = logrank(time[row][one], event[row][one], time[row][other], event[row][other])
        assert z[row] ** 2 == pytest.approx(test[0])
        assert p[row] == pytest.approx(test[1])


def test_hazard_ratio_is_at_the_top_of_the_efron_likelihood(rows):
    time, event, first, counts = rows
    found = hazard_ratios(time, event, first, counts)
    for row in range(4):
        kept = counts[row]
        t, e, arm = time[row][kept], event[row][kept], first[row][kept].astype(float)

        def lost(log_ratio, t=t, e=e, arm=arm):
            weight, total = np.exp(log_ratio * arm), 0.0
            for day in np.unique(t[e]):
                dead, risk = (t == day) & e, t >= day
                steps = np.arange(dead.sum()) / dead.sum()
                total += log_ratio * arm[dead].sum()
                total -= np.log(weight[risk].sum() - steps * weight[dead].sum()).sum()
            return -total

        best = minimize_scalar(lost, bounds=(-5, 5), method="bounded", options={"xatol": 1e-8}).x
        assert np.log(found[row]) == pytest.approx(best, abs=1e-5)


def test_hazard_ratio_where_one_arm_has_no_event():
    time = np.array([[1.0, 2.0, 3.0, 4.0]])
    first = np.array([[True, True, False, False]])
    everyone = np.ones_like(first)
    assert hazard_ratios(time, ~first, first, everyone) == 0
    assert np.isinf(hazard_ratios(time, first, first, everyone))
    assert np.isnan(hazard_ratios(time, ~everyone, first, everyone))


def test_shares_are_compared_by_the_chi_square():
    from scipy.stats import chi2_contingency

    z = shares_differ(np.array([21.0]), np.array([100.0]), np.array([13.0]), np.array([100.0]))
    table = chi2_contingency([[21, 79], [13, 87]], correction=False)
    assert z[0] ** 2 == pytest.approx(table.statistic) and z[0] > 0
