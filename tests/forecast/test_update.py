"""The sampler on problems whose posterior is known."""

import numpy as np
import pytest

from aldesim.forecast.update import Evaluation, effective_size, update
from aldesim.population.random import normal, uniform

DIMS, PARTICLES = 12, 400
DESIGN = np.zeros((5, DIMS))
DESIGN[0, 0] = DESIGN[1, 1] = DESIGN[2, 2] = 1.0
DESIGN[3, :2], DESIGN[4, 2:4] = 0.7, 0.5
SD = 0.2


def stream(seed):
    return lambda purpose, draws: uniform(seed, purpose, np.arange(PARTICLES), draws)


def prior(seed):
    return normal(seed, "prior", np.arange(PARTICLES), DIMS)


def linear(data, sd=SD):
    def evaluate(scores):
        predicted = scores @ DESIGN.T
        found = -0.5 * (((data - predicted) / sd) ** 2).sum(axis=1)
        return Evaluation(found, predicted, np.full(predicted.shape, sd))

    return evaluate


def test_a_linear_problem_has_its_gaussian_posterior():
    data = np.array([1.5, -1.0, 0.5, 0.2, 1.0])
    found = update(linear(data), prior(1), stream(2)).scores
    covariance = np.linalg.inv(np.eye(DIMS) + DESIGN.T @ DESIGN / SD**2)
    mean = covariance @ DESIGN.T @ data / SD**2
    sd = np.sqrt(np.diag(covariance))
    assert np.abs((found.mean(axis=0) - mean) / sd).max() < 0.25
    assert found.std(axis=0) == pytest.approx(sd, rel=0.2)


def test_without_information_the_prior_comes_back_bit_for_bit():
    start = prior(3)
    nothing = update(
        lambda scores: Evaluation(np.zeros(len(scores)), *np.zeros((2, len(scores), 1))),
        start,
        stream(4),
    )
    assert np.array_equal(nothing.scores, start)
    assert nothing.prior_effective == pytest.approx(PARTICLES)
    assert not nothing.stages


def test_the_same_seed_gives_the_same_bits_and_another_others():
    data = np.ones(5)
    one, same, other = (update(linear(data), prior(5), stream(s)).scores for s in (6, 6, 7))
    assert np.array_equal(one, same)
    assert not np.array_equal(one, other)


def test_impossible_particles_do_not_survive():
    def evaluate(scores):
        found = np.where(scores[:, 0] > 0, 0.0, -np.inf)
        return Evaluation(found, scores[:, :1], np.ones((len(scores), 1)))

    assert (update(evaluate, prior(8), stream(9)).scores[:, 0] > 0).all()


def test_effective_size_counts_equal_weights():
    assert effective_size(np.zeros(50)) == pytest.approx(50)
    assert effective_size(np.r_[0.0, np.full(49, -1e9)]) == pytest.approx(1)


def test_ranks_of_the_truth_are_uniform_on_a_curved_problem():
    """Simulation-based calibration (Talts 2018) of the sampler alone, nonlinear and skewed."""
    particles, ranks = 128, []
    for repeat in range(60):

        def predict(scores):
            return np.column_stack(
                [np.exp(scores[:, 0]), scores[:, 0] * scores[:, 1] + scores[:, 2]]
            )

        truth = normal(11, "truth", [repeat], 6)
        data = predict(truth) + 0.3 * normal(11, "error", [repeat], 2)

        def evaluate(scores, data=data):
            predicted = predict(scores)
            found = -0.5 * (((data - predicted) / 0.3) ** 2).sum(axis=1)
            return Evaluation(found, predicted, np.full(predicted.shape, 0.3))

        drawn = update(
            evaluate,
            normal(12, f"prior {repeat}", np.arange(particles), 6),
            lambda purpose, draws, repeat=repeat: uniform(
                13, f"{repeat} {purpose}", np.arange(particles), draws
            ),
        ).scores
        ranks.append((drawn[:, :4] < truth[0, :4]).mean(axis=0))
    sorted_ranks = np.sort(np.array(ranks), axis=0)
    # Kolmogorov-Smirnov band of 0.1 % for each of four quantities.
    even = (np.arange(60) + 0.5) / 60
    assert np.abs(sorted_ranks - even[:, None]).max() < 1.95 / np.sqrt(60)
