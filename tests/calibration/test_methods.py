import numpy as np
import pytest

from aldesim.calibration.emulator import emulate
from aldesim.calibration.ensemble import Data, Evaluated
from aldesim.calibration.inversion import invert
from aldesim.calibration.posterior import log_likelihood, sample
from aldesim.calibration.weights import balance
from aldesim.errors import InputError
from aldesim.population.random import normal

SLOPES = np.array([[1.0, 0.5, 0.0], [0.0, 1.0, -0.5], [0.3, 0.0, 0.0], [1.0, -1.0, 0.0]])
TRUE = np.array([0.8, -0.5, 0.3])
VARIANCE = np.array([0.05, 0.1, 0.02, 0.2])
DATA = Data(SLOPES @ TRUE, VARIANCE, np.zeros(4, int))


def linear(z):
    return z @ SLOPES.T


def exact():
    """Mean and covariance of the linear-Gaussian posterior under a standard normal prior."""
    weight = SLOPES.T / VARIANCE
    covariance = np.linalg.inv(np.eye(3) + weight @ SLOPES)
    return covariance @ weight @ DATA.value, covariance


def test_inversion_of_a_linear_model_gives_the_exact_posterior():
    mean, covariance = exact()
    found = invert(linear, DATA, unknowns=3, members=1000, rounds=6, seed=1)
    np.testing.assert_allclose(found.z.mean(axis=0), mean, atol=0.08)
    np.testing.assert_allclose(np.cov(found.z, rowvar=False), covariance, atol=0.08)
    assert sum(found.shares) == pytest.approx(1.0)


def test_sampler_on_an_emulated_linear_model_gives_the_exact_posterior():
    mean, covariance = exact()
    z = normal(1, "design", np.arange(60), 3)
    found = sample(DATA, emulate(Evaluated(z, linear(z))), unknowns=3, seed=1)
    error = 4 * np.sqrt(np.diag(covariance) / len(found.z) * 5)
    assert (np.abs(found.z.mean(axis=0) - mean) < error).all()
    np.testing.assert_allclose(np.cov(found.z, rowvar=False), covariance, atol=0.06)
    total = SLOPES @ SLOPES.T + np.diag(VARIANCE)
    evidence = -(DATA.value @ np.linalg.solve(total, DATA.value)) / 2
    evidence -= np.linalg.slogdet(total)[1] / 2
    assert found.log_evidence == pytest.approx(evidence, abs=0.3)


def test_without_information_the_prior_comes_back():
    nothing = Data(np.zeros(4), np.full(4, 1e12), np.zeros(4, int))
    found = sample(nothing, lambda z: (linear(z), np.zeros((len(z), 4))), unknowns=3, seed=1)
    np.testing.assert_allclose(found.z.mean(axis=0), 0, atol=0.1)
    np.testing.assert_allclose(np.cov(found.z, rowvar=False), np.eye(3), atol=0.12)
    ensemble = invert(linear, nothing, unknowns=3, members=50, rounds=4, seed=1)
    np.testing.assert_allclose(ensemble.z, ensemble.rounds[0].z, atol=1e-4)


def test_a_bound_pulls_from_one_side_only():
    bound = Data(np.array([1.0]), np.array([0.01]), np.array([1]))

    def one(z):
        return z[:, :1], np.zeros((len(z), 1))

    found = sample(bound, one, unknowns=1, seed=1).z[:, 0]
    assert np.mean(found > 0.8) > 0.99
    assert found.max() > 2.5  # the tail of the prior above the bound stays
    high, low = log_likelihood(bound, one, np.array([[5.0], [0.0]]))
    assert high == pytest.approx(0, abs=1e-6) and low < -40
    ensemble = invert(lambda z: z, bound, unknowns=1, members=200, rounds=6, seed=1)
    first = ensemble.rounds[0].z[:, 0]
    assert np.mean(ensemble.z > 0.8) > 0.9
    np.testing.assert_allclose(ensemble.rounds[1].z[first > 2.5], first[first > 2.5, None], atol=1)


def test_emulator_follows_a_curved_figure_and_knows_its_error():
    z, new = (normal(1, word, np.arange(150), 3) for word in ("design", "new"))

    def curved(z):
        return (z[:, 0] - 0.4 * z[:, 1] ** 2 + 0.5 * z[:, 0] * z[:, 2])[:, None]

    noise = 0.1 * normal(1, "noise", np.arange(150), 1)
    found = emulate(Evaluated(z, curved(z) + noise))
    mean, _ = found(new)
    assert np.std(mean - curved(new)) < 0.06
    assert found.error[0] == pytest.approx(0.1, rel=0.25)
    assert found.explained[0] > 0.97


def test_emulator_leaves_gaps_out():
    z = normal(1, "design", np.arange(60), 3)
    figures = linear(z)
    figures[::3, 0] = np.nan
    mean, _ = emulate(Evaluated(z, figures))(z)
    np.testing.assert_allclose(mean, linear(z), atol=0.02)


def test_balanced_weights_meet_their_targets_and_cost_patients():
    features = normal(1, "features", np.arange(2000), 2)
    tight = np.array([0.001, 0.001])
    found = balance(features, np.array([0.5, 0.0]), tight)
    np.testing.assert_allclose(found.after, [0.5, 0.0], atol=0.005)
    # Tilting a normal by half a standard deviation costs a factor exp(0.25).
    assert found.effective == pytest.approx(2000 * np.exp(-0.25), rel=0.05)
    loose = balance(features, np.array([0.5, 0.0]), np.array([100.0, 100.0]))
    assert loose.effective > 1990
    with pytest.raises(InputError, match="finite"):
        balance(np.full((5, 1), np.nan), np.zeros(1), np.ones(1))
    with pytest.raises(InputError, match="above 0"):
        balance(features, np.zeros(2), np.zeros(2))
