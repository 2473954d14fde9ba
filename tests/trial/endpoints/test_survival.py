import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import CensoredData, chi2, ecdf

from aldesim.errors import InputError
from aldesim.trial.endpoints.logrank import logrank
from aldesim.trial.endpoints.survival import kaplan_meier

# Weeks of remission in acute leukaemia: Freireich et al., Blood 1963;21:699.
MERCAPTOPURINE = np.array(
    [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35.0]
)
RELAPSED = np.array([1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0], dtype=bool)
PLACEBO = np.array([1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23.0])
ALL = np.ones(21, dtype=bool)

samples = st.lists(st.tuples(st.integers(0, 30), st.booleans()), min_size=1, max_size=40).map(
    lambda rows: (np.array([r[0] for r in rows], float), np.array([r[1] for r in rows]))
)


def test_kaplan_meier_of_freireich():
    # Survival and Greenwood errors as printed in Klein and Moeschberger, 2nd ed, table 4.1.
    curve = kaplan_meier(MERCAPTOPURINE, RELAPSED)
    rows = curve.events > 0
    assert curve.time[rows].tolist() == [6, 7, 10, 13, 16, 22, 23]
    assert curve.at_risk[rows].tolist() == [21, 17, 15, 12, 11, 7, 6]
    printed = [0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448]
    assert np.allclose(curve.survival[rows], printed, atol=5e-4)
    errors = [0.0764, 0.0869, 0.0963, 0.1068, 0.1141, 0.1282, 0.1346]
    assert np.allclose(curve.standard_error[rows], errors, atol=5e-5)
    assert curve.censored.sum() == 12
    assert curve.at_risk_at([0, 6, 10, 20, 30, 36]).tolist() == [21, 21, 15, 8, 4, 0]


def test_median_of_freireich():
    # R survival 3: survfit(Surv(time, status) ~ group, conf.type = "log-log").
    assert kaplan_meier(MERCAPTOPURINE, RELAPSED).median() == (23, 13, np.inf)
    assert kaplan_meier(PLACEBO, ALL).median() == (8, 4, 11)


def test_logrank_of_freireich():
    # chi2 16.79 on 1 degree of freedom in every textbook that prints it.
    test = logrank(MERCAPTOPURINE, RELAPSED, PLACEBO, ALL)
    assert test.chi2 == pytest.approx(16.79, abs=0.005)
    assert test.p == pytest.approx(chi2.sf(16.793, 1), rel=1e-2)
    again = logrank(PLACEBO, ALL, MERCAPTOPURINE, RELAPSED)
    assert again == pytest.approx(test)


def test_landmark_and_restricted_mean_of_freireich():
    curve = kaplan_meier(MERCAPTOPURINE, RELAPSED)
    at_12 = curve.landmark(12)
    assert at_12.value == pytest.approx(0.753, abs=5e-4)
    # log-log limits by hand: 0.7529 ** exp(+-1.96 * 0.0963 / (0.7529 * ln 0.7529))
    assert (at_12.low, at_12.high) == pytest.approx((0.5032, 0.8894), abs=2e-4)
    # SAS LIFETEST restricts to the last event, 23 weeks: 17.9092, error 1.6474, the latter with a
    # factor m / (m - 1) for m = 9 events in the variance, which is not used here.
    mean = curve.restricted_mean(23)
    assert mean.value == pytest.approx(17.9092, abs=1e-4)
    error = (mean.high - mean.low) / 2 / 1.959964
    assert error * np.sqrt(9 / 8) == pytest.approx(1.6474, abs=1e-4)
    # The area of a rectangle is known without any book.
    assert curve.restricted_mean(6).value == pytest.approx(6)
    assert curve.restricted_mean(0).value == 0


def test_without_censoring_it_is_the_plain_mean():
    curve = kaplan_meier(PLACEBO, ALL)
    mean = curve.restricted_mean(100)
    assert mean.value == pytest.approx(PLACEBO.mean())
    error = np.sqrt(((PLACEBO - PLACEBO.mean()) ** 2).sum()) / PLACEBO.size
    assert mean.high - mean.value == pytest.approx(1.959964 * error, rel=1e-6)
    assert curve.landmark(1e9).value == 0


@given(samples)
def test_agrees_with_scipy(sample):
    time, event = sample
    curve = kaplan_meier(time, event)
    other = ecdf(CensoredData(uncensored=time[event], right=time[~event])).sf
    assert np.allclose(other.evaluate(curve.time), curve.survival)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # where survival is 1 or 0
        interval = other.confidence_interval(method="log-log")
    inside = (curve.survival < 1) & (curve.survival > 0)
    assert np.allclose(interval.low.evaluate(curve.time)[inside], curve.low[inside])
    assert np.allclose(interval.high.evaluate(curve.time)[inside], curve.high[inside])


@given(samples)
def test_properties(sample):
    time, event = sample
    curve = kaplan_meier(time, event)
    assert curve.survival[0] <= 1
    assert (np.diff(curve.survival) <= 0).all()
    assert curve.at_risk[0] == time.size
    assert curve.events.sum() + curve.censored.sum() == time.size
    known = np.isfinite(curve.low)
    assert (curve.low[known] <= curve.survival[known]).all()
    assert (curve.survival[known] <= curve.high[known]).all()
    median = curve.median()
    assert median.low <= median.value <= median.high
    horizon = float(time.max())
    assert 0 <= curve.restricted_mean(horizon).value <= horizon
    order = np.argsort(-time, kind="stable")
    again = kaplan_meier(time[order], event[order])
    assert (again.survival == curve.survival).all()
    wider = kaplan_meier(time, event, confidence=0.99)
    assert (wider.low[known] <= curve.low[known]).all()


@given(samples, samples)
def test_logrank_is_between_0_and_1(a, b):
    test = logrank(*a, *b)
    assert np.isnan(test.p) or (0 <= test.p <= 1 and test.chi2 >= 0)
    assert logrank(*a, *a).p == pytest.approx(1.0) or np.isnan(logrank(*a, *a).p)


def test_nobody_had_the_event():
    curve = kaplan_meier([5, 8, 9], [False, False, False])
    assert curve.survival.tolist() == [1, 1, 1, 1]
    assert curve.low.tolist() == [1, 1, 1, 1]
    assert curve.median() == (np.inf, np.inf, np.inf)
    assert curve.landmark(9) == (1, 1, 1)
    assert np.isnan(curve.landmark(9.5).value)
    assert np.isnan(curve.restricted_mean(10).value)
    assert np.isnan(logrank([1, 2], [False] * 2, [3], [False]).p)


def test_nobody_at_all():
    for time in ([], [np.nan, np.nan]):
        curve = kaplan_meier(time, [False] * len(time))
        assert curve.excluded == len(time)
        assert np.isnan(curve.median().value)
        assert np.isnan(curve.landmark(1).value)
        assert np.isnan(curve.restricted_mean(1).value)
    assert np.isnan(logrank([], [], [1.0], [True]).chi2)


def test_failed_patients_are_counted_not_used():
    curve = kaplan_meier([1, np.nan, 3], [True, True, False])
    assert (curve.excluded, curve.at_risk[0]) == (1, 2)


def test_death_on_day_0():
    curve = kaplan_meier([0, 0, 4, 5], [True, False, True, False])
    assert curve.time.tolist() == [0, 4, 5]
    assert curve.survival.tolist() == [0.75, 0.375, 0.375]


@pytest.mark.parametrize(
    ("time", "event", "confidence", "field"),
    [
        ([1, 2], [True], 0.95, "event"),
        ([-1], [True], 0.95, "time"),
        ([np.inf], [False], 0.95, "time"),
        ([1], [2], 0.95, "event"),
        ([1], [True], 95, "confidence"),
    ],
)
def test_bad_input(time, event, confidence, field):
    with pytest.raises(InputError, match=field):
        kaplan_meier(time, event, confidence)
