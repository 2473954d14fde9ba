import numpy as np
import pytest

from aldesim.errors import InputError
from aldesim.sensitivity import morris, sobol


def ishigami(u, a=7.0, b=0.1):
    x = np.pi * (2 * u - 1)
    return np.sin(x[..., 0]) + a * np.sin(x[..., 1]) ** 2 + b * x[..., 2] ** 4 * np.sin(x[..., 0])


def g_function(u, a=(0.0, 1.0, 4.5, 9.0, 99.0)):
    return np.prod((np.abs(4 * u - 2) + np.array(a)) / (1 + np.array(a)), axis=-1)


def test_shares_of_the_ishigami_function_are_the_analytic_ones():
    found = sobol.shares(ishigami(sobol.design(3, 1024, seed=1)))
    np.testing.assert_allclose(found.first, [0.3139, 0.4424, 0.0], atol=0.03)
    np.testing.assert_allclose(found.total, [0.5576, 0.4424, 0.2437], atol=0.03)
    assert (found.first_low <= found.first).all() and (found.total <= found.total_high).all()


def test_shares_of_the_g_function_are_the_analytic_ones():
    a = np.array([0.0, 1.0, 4.5, 9.0, 99.0])
    part = 1 / (3 * (1 + a) ** 2)
    whole = np.prod(1 + part) - 1
    found = sobol.shares(g_function(sobol.design(5, 1024, seed=2)))
    np.testing.assert_allclose(found.first, part / whole, atol=0.03)


def test_an_input_without_effect_has_no_share_and_a_point_for_interval():
    found = sobol.shares(sobol.design(2, 64, seed=1)[..., 0])
    assert found.total[1] == found.total_low[1] == found.total_high[1] == 0
    assert found.total[0] > 0.8


def test_effects_of_a_linear_function_are_its_slopes():
    slopes = np.array([3.0, -2.0, 0.0])
    points = morris.design(3, 8, seed=1)
    found = morris.effects(points, points @ slopes)
    np.testing.assert_allclose(found.mean, slopes)
    np.testing.assert_allclose(found.size, np.abs(slopes))
    np.testing.assert_allclose(found.spread, 0, atol=1e-12)
    np.testing.assert_allclose(found.error, 0, atol=1e-12)


def test_effects_rank_the_g_function_and_see_its_curvature():
    points = morris.design(5, 64, seed=1)
    found = morris.effects(points, g_function(points))
    assert (np.diff(found.size) < 0).all()
    assert found.spread[0] > found.size[0]  # symmetric: the mean effect vanishes, its size does not
    assert (found.error > 0).all()


def test_each_point_of_the_radial_design_moves_one_input():
    points = morris.design(4, 6, seed=3)
    moved = points[:, 1:] != points[:, :1]
    assert moved.sum(axis=2).max() == 1
    jump = np.abs(points[:, 1:] - points[:, :1]).max(axis=2)
    assert jump.min() >= morris.SHORTEST - 1e-12
    assert points.min() >= 0 and points.max() <= 1


def test_an_output_that_is_missing_costs_its_effect_only():
    points = morris.design(2, 8, seed=1)
    output = points @ np.array([1.0, 2.0])
    output[0, 1] = np.nan
    np.testing.assert_allclose(morris.effects(points, output).mean, [1, 2])


def test_samples_are_a_power_of_two():
    with pytest.raises(InputError, match="power of two"):
        sobol.design(3, 100, seed=1)
