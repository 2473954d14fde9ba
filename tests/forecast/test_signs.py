import numpy as np
import pytest
from scipy.stats import norm

from aldesim.forecast import load_setting
from aldesim.forecast.signs import log_likelihood

SIGNS = load_setting().signs


def likelihood(rows, predicted):
    names, minutes, values, below = (np.array(column) for column in zip(*rows, strict=True))
    return log_likelihood(SIGNS, names, minutes, values, below, np.array(predicted, dtype=float))


def test_a_charted_value_stands_for_its_interval():
    values = np.arange(0, 20.05, 0.1).round(1)
    each = [likelihood([("creatinine", 0, v, False)], [[2.0]])[0] for v in values]
    assert np.exp(each).sum() == pytest.approx(1, abs=1e-6)


def test_far_tails_stay_finite_and_ordered():
    far = likelihood([("MAP", 0, 250.0, False)], [[60.0, 100.0, 200.0]])
    assert np.isfinite(far).all()
    assert (np.diff(far) > 0).all()


def test_below_the_limit_has_all_that_is_lower():
    sd = float(SIGNS["il2_plasma"].sd(np.array([18.0]))[0])
    found = likelihood([("il2_plasma", 0, 20.0, True)], [[18.0]])
    assert found[0] == pytest.approx(norm.logcdf(2.0 / sd), abs=1e-3)


def test_two_pressures_of_one_cuff_are_one_joint_normal():
    both = [("MAP", 0, 85.0, False), ("SBP", 0, 130.0, False)]
    map_sign, sbp = SIGNS["MAP"], SIGNS["SBP"]
    middle = np.array([[80.0], [120.0]])
    shared = map_sign.reading.sd * sbp.reading.sd
    covariance = [[map_sign.sd(middle[0])[0] ** 2, shared], [shared, sbp.sd(middle[1])[0] ** 2]]
    from scipy.stats import multivariate_normal

    density = multivariate_normal(middle[:, 0], covariance).logpdf([85.0, 130.0])
    assert likelihood(both, middle)[0] == pytest.approx(density, abs=0.02)
    apart = [both[0], ("SBP", 60, 130.0, False)]
    assert likelihood(apart, middle)[0] != pytest.approx(density, abs=0.02)


def test_a_body_that_broke_is_impossible():
    assert likelihood([("MAP", 0, 85.0, False)], [[np.nan, 85.0]])[0] == -np.inf
