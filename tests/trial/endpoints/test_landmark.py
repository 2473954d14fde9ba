import numpy as np
import pytest

from aldesim.errors import InputError
from aldesim.trial.endpoints import durable_response, duration_of_response, landmark_survival

NAN = np.nan


def test_immortal_time_is_not_a_benefit():
    """Death at one rate for all, response whenever: from the landmark on the groups are alike."""
    rng = np.random.default_rng(3)
    death = rng.exponential(300.0, 4000)
    response = rng.exponential(300.0, 4000)
    response[response > death] = NAN
    responders = np.isfinite(response)
    assert np.median(death[responders]) > 1.5 * np.median(death[~responders])
    found = landmark_survival(response, death, np.ones(4000, dtype=bool), 150.0)
    one, other = found.responders.median(), found.others.median()
    assert one.value == pytest.approx(other.value, rel=0.15)
    assert found.excluded == (death <= 150.0).sum()


def test_a_response_after_the_landmark_counts_as_none():
    found = landmark_survival([100, 200], [400, 500], [True, False], 150)
    assert (found.responders.at_risk[0], found.others.at_risk[0]) == (1, 1)
    assert found.others.time[-1] == 350


def test_nobody_left_at_the_landmark():
    found = landmark_survival([NAN], [10], [True], 50)
    assert (found.responders.at_risk[0], found.excluded) == (0, 1)
    assert np.isnan(found.test.p)


def test_durations():
    response, time = [50, 50, NAN, 60], [400, 100, 300, NAN]
    ended = [False, True, True, True]
    share = durable_response(response, time, ended, 182)
    assert (share.count, share.n) == (1, 3)
    curve = duration_of_response(response, time, ended)
    assert curve.median().value == 50
    assert curve.excluded == 1


def test_bad_input():
    with pytest.raises(InputError, match="day"):
        landmark_survival([1], [2], [True], -1)
    with pytest.raises(InputError, match="one length"):
        durable_response([1, 2], [2], [True], 10)
