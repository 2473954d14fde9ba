from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import brentq

CELLS = ("Treg", "CD8", "CD4", "NK", "NK_bright")


def occupancy(new_batch, cell, level, **parameters):
    """Occupancy at tissue levels [pM] of the drug alone, one lane each."""
    batch = new_batch(len(level), **{"il2_lymphoid_rest": 1e-18, **parameters})
    volume = batch.observe(["peripheral_volume"])["peripheral_volume"]
    free = batch.observe(["il2_free_fraction"])["il2_free_fraction"]
    batch.add("il2_peripheral", level * volume / free)
    return batch.observe([f"occupancy_{cell}"])[f"occupancy_{cell}"]


def half_level(new_batch, cell, **parameters):
    level = np.logspace(-1, 6, 400)
    return np.interp(0.5, occupancy(new_batch, cell, level, **parameters), level)


@pytest.mark.parametrize(
    ("cell", "low", "high"),
    [  # half-maximal phospho-STAT5 of human blood cells, native interleukin-2, pM
        ("Treg", 7, 66),
        ("CD4", 300, 1700),
        ("CD8", 1500, 3100),
        ("NK", 1200, 2300),
    ],
)
def test_half_maximal_levels_lie_in_the_measured_range(new_batch, cell, low, high):
    assert low < half_level(new_batch, cell) < high


def test_treg_need_a_hundredth_of_the_level_of_effectors(new_batch):
    treg = half_level(new_batch, "Treg")
    assert half_level(new_batch, "CD8") > 30 * treg
    assert half_level(new_batch, "NK") > 30 * treg


def test_bright_nk_cells_answer_at_picomolar_levels(new_batch):
    level = np.array([25.0])
    bright = occupancy(new_batch, "NK_bright", level)[0]
    assert bright > 5 * occupancy(new_batch, "NK", level)[0]


def test_without_alpha_binding_all_cells_are_alike(new_batch):
    levels = [half_level(new_batch, cell, K_alpha=1e12) for cell in CELLS]
    assert np.ptp(levels) < 0.01 * levels[0]
    assert levels[0] == pytest.approx(1700, rel=0.02)


def test_a_weak_beta_gamma_variant_spares_effectors(new_batch):
    level = np.array([200.0])
    weak = {"K_beta_gamma": 170_000.0}
    assert occupancy(new_batch, "Treg", level, **weak)[0] > 0.05
    assert occupancy(new_batch, "CD8", level, **weak)[0] < 0.01
    assert occupancy(new_batch, "NK", level, **weak)[0] < 0.01


@pytest.mark.parametrize("k_alpha", [10.0, 1e4, 1e8])
@pytest.mark.parametrize("k_beta", [30.0, 1.7e3, 1e6])
def test_closed_form_is_the_root_of_the_binding_equilibrium(new_batch, model, k_alpha, k_beta):
    parameters = model.parameters
    a, b = parameters["CD25_Treg_0"], parameters["CD122_Treg"]
    level = np.logspace(-2, 5, 8)
    found = occupancy(new_batch, "Treg", level, K_alpha=k_alpha, K_beta_gamma=k_beta)
    for x, rho in zip(level, found, strict=True):
        q = parameters["receptor_pairing"] * x / ((k_alpha + x) * (k_beta + x))
        ternary = brentq(lambda t, q=q: t - q * (a - t) * (b - t), 0, min(a, b), xtol=1e-13)
        expected = (ternary + (b - ternary) * x / (k_beta + x)) / b
        assert rho == pytest.approx(expected, rel=1e-9)


def test_occupancy_rises_with_level_and_stays_below_one(new_batch):
    level = np.logspace(-3, 9, 200)
    for cell in CELLS:
        rho = occupancy(new_batch, cell, level)
        assert np.all(np.diff(rho) >= -1e-12)
        assert np.all((rho >= 0) & (rho <= 1))
