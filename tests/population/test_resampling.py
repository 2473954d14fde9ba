import numpy as np

from aldesim.population.resampling import systematic


def test_each_particle_is_kept_as_often_as_its_weight_says_to_within_one():
    weights = np.random.default_rng(1).dirichlet(np.full(50, 0.3))
    for uniform in (0.0, 0.37, 1.0):
        kept = np.bincount(systematic(weights, uniform), minlength=50)
        assert kept.sum() == 50
        assert (np.abs(kept - 50 * weights) < 1 + 1e-9).all()


def test_equal_weights_keep_everyone():
    assert systematic(np.full(8, 1 / 8), 0.5).tolist() == list(range(8))
