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
    assert bright > 4 * occupancy(new_batch, "NK", level)[0]  # 4.6 by the sites of Nagler 1990


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


def test_bright_nk_cells_respond_at_the_level_of_their_high_affinity_sites(new_batch):
    """Nagler 1990: 1200 sites of 25 pM beside 9600 of 2 nM."""
    level = np.array([25.0, 2000.0])
    bright = occupancy(new_batch, "NK_bright", level) * 10800
    assert bright[0] == pytest.approx(1200 / 2 + 9600 * 25 / 2025, rel=0.4)
    assert bright[1] == pytest.approx(1200 + 9600 / 2, rel=0.3)


def test_drug_and_natural_interleukin_2_share_the_receptors(new_batch):
    """With equal affinities only the sum of the levels counts."""
    drug = occupancy(new_batch, "Treg", np.array([30.0]))[0]
    batch = new_batch()
    volume, free = (batch.observe([k])[k][0] for k in ("peripheral_volume", "il2_free_fraction"))
    batch.add("il2_peripheral", 10.0 * volume / free)
    batch.add("il2_lymphoid", 20.0 - batch.observe(["il2_lymphoid"])["il2_lymphoid"][0])
    assert batch.observe(["occupancy_Treg"])["occupancy_Treg"][0] == pytest.approx(drug, rel=1e-6)


def test_a_variant_that_cannot_signal_keeps_natural_interleukin_2_out(new_batch):
    batch = new_batch(2, K_alpha=10.0, K_beta_gamma=1e12)
    batch.add("il2_lymphoid", 10.0)
    volume = batch.observe(["peripheral_volume"])["peripheral_volume"][0]
    batch.add("il2_peripheral", np.array([0.0, 1e5 * volume]))
    alone, blocked = batch.observe(["occupancy_Treg"])["occupancy_Treg"]
    assert blocked < 0.05 * alone


def test_sustained_levels_take_beta_gamma_off_the_surface(new_batch):
    """Ring 2012: 9 % of CD122 left at 500 nM without CD25; it is back in hours."""
    batch = new_batch()
    rate = 5e5 * batch.observe(["central_volume"])["central_volume"][0] * 50
    batch.advance(0.5, {"infusion_rate": rate})
    low = batch.observe(["surface_NK", "signal_NK"])
    assert 0.06 < low["surface_NK"][0] < 0.15
    batch.advance(0.5 + 12 / 24, {"infusion_rate": 0.0})
    batch.advance(1.5, {"infusion_rate": 0.0})
    assert batch.observe(["surface_NK"])["surface_NK"][0] > 0.6


@pytest.mark.parametrize(
    ("cell", "level", "low", "high"),
    [  # molecules a second and cell at steady state: at most about one, limited by synthesis
        ("Treg", 10.0, 0.01, 0.1),
        ("Treg", 100.0, 0.015, 0.15),
        ("NK", 100.0, 0.1, 1.0),
        ("NK", 1000.0, 0.2, 1.5),
    ],
)
def test_uptake_per_cell_is_limited_by_synthesis(new_batch, model, cell, level, low, high):
    p = model.parameters
    number = {"Treg": p["CD122_Treg"], "NK": p["CD122_NK_dim"]}[cell]
    bound = occupancy(new_batch, cell, np.array([level]))[0]
    left = p["receptor_turnover"] / (p["receptor_turnover"] + p["internalisation_rate"] * bound)
    assert low < number * bound * left * p["internalisation_rate"] / 86400 < high


def test_cd25_is_induced(new_batch):
    batch = new_batch()
    batch.advance(4.0, {"infusion_rate": 3e5})
    seen = batch.observe(["CD25_Treg", "CD25_CD8"])
    assert 1.5 < seen["CD25_Treg"][0] / 3476 < 3
    assert seen["CD25_CD8"][0] > 5 * 30
