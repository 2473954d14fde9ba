"""HIV: set point, antiretrovirals, and CD4 over cycles of interleukin-2."""

from __future__ import annotations

import numpy as np
import pytest

INFECTED = {"viral_load_0": 30000.0, "CD4_0": 380.0, "Treg_0": 32.0}
PMOL_PER_MIU = 1e6 / 250.308
ON = {"antiretroviral": 0.97}
SEEN = ["blood_CD4", "viral_load"]


def seen(batch, rows):
    rows.append([batch.time, *batch.observe(SEEN).values()])


def under_skin(batch, million, cycles, until, start=0.0):
    """Twice daily for five days, every eight weeks."""
    rows = []
    for cycle in range(cycles):
        for k in range(10):
            batch.advance(start + 56 * cycle + k / 2 + 1e-6)
            batch.add("il2_depot", million * PMOL_PER_MIU)
            batch.advance(start + 56 * cycle + k / 2 + 0.25)
            seen(batch, rows)
        for day in (6, 8, 11, 20):
            batch.advance(start + 56 * cycle + day)
            seen(batch, rows)
    batch.advance(start + until)
    seen(batch, rows)
    return rows


def infused(batch, million, cycles, until, start):
    for cycle in range(cycles):
        batch.advance(start + 56 * cycle + 1e-6, {"infusion_rate": 0.0})
        batch.advance(start + 56 * cycle + 5, {"infusion_rate": million * PMOL_PER_MIU})
    batch.advance(start + until, {"infusion_rate": 0.0})
    return batch.observe(SEEN)["blood_CD4"][0]


def treated(new_batch, **inputs):
    batch = new_batch(**INFECTED)
    batch.advance(365.0, inputs or ON)
    return batch, batch.observe(SEEN)["blood_CD4"][0]


def test_without_infection_every_term_is_exactly_zero(new_batch):
    batch = new_batch()
    under_skin(batch, 7.5, 1, 30.0)
    names = ["viral_load", "infected_CD4", "latent_CD4", "CD4_infection_loss"]
    assert all(v[0] == 0 for v in batch.observe(names).values())


def test_the_set_point_is_a_steady_state(new_batch):
    batch = new_batch(viral_load_0=np.array([50.0, 3e4, 1e6]), CD4_wear=0.0)
    before = batch.observe(["viral_load", "latent_CD4", "CD4"])
    batch.advance(1000.0)
    after = batch.observe(["viral_load", "latent_CD4", "CD4"])
    for name, values in before.items():
        assert after[name] == pytest.approx(values, rel=1e-6), name


def test_cd4_cells_wane_beside_virus(new_batch):
    """Mellors 1997: by 36 per uL and year at little virus, 76 at much; not under drugs."""
    load = np.array([0.0, 500.0, 6e4, 6e4])
    batch = new_batch(viral_load_0=load, CD4_0=500.0)
    batch.advance(1e-6, {"antiretroviral": np.array([0.0, 0.0, 0.0, 1.0])})
    batch.advance(366.0)
    seen = batch.observe(["CD4", "viral_load", "CD4_capacity"])
    lost = 500.0 - seen["CD4"]
    assert seen["CD4_capacity"][0] == 1.0 and abs(lost[0]) < 1e-6
    assert 20 < lost[1] < 45 < lost[2] < 100
    assert lost[3] < 0 and seen["CD4_capacity"][3] > 0.99
    assert seen["viral_load"][1:3] == pytest.approx(load[1:3], rel=0.25)
    batch.advance(731.0)
    assert np.all(batch.observe(["CD4"])["CD4"][1:3] < seen["CD4"][1:3] - 15)


def test_antiretrovirals_clear_the_blood_and_leave_the_reservoir(new_batch):
    batch = new_batch(**INFECTED)
    start = batch.observe([*SEEN, "latent_CD4"])
    batch.advance(7.0, {"antiretroviral": 1.0})
    week = batch.observe(["viral_load"])["viral_load"][0]
    # an infected cell lives about a day (Markowitz 2003)
    assert np.log(start["viral_load"][0] / week) == pytest.approx(7.0, rel=0.05)
    batch.advance(365.0)
    end = batch.observe([*SEEN, "latent_CD4"])
    assert end["viral_load"][0] < 50
    assert end["latent_CD4"][0] > 0.7 * start["latent_CD4"][0]
    assert end["blood_CD4"][0] > start["blood_CD4"][0] + 30
    batch.advance(465.0, {"antiretroviral": 0.0})
    assert batch.observe(["viral_load"])["viral_load"][0] > 1e4


def test_six_infusion_cycles_double_cd4(new_batch):
    """Kovacs 1996: 428 to 916 per uL in a year on antiretrovirals; 406 to 349 without IL-2."""
    batch, start = treated(new_batch)
    end = infused(batch, 18.0, 6, 400.0, 365.0)
    assert start == pytest.approx(428, rel=0.12)
    assert end == pytest.approx(916, rel=0.2)
    alone, before = treated(new_batch)
    alone.advance(765.0)
    assert alone.observe(SEEN)["blood_CD4"][0] == pytest.approx(before, rel=0.05)


def test_more_under_the_skin_gives_more_cd4(new_batch):
    """Davey 1999: +94.8 % at six months with 7.5 MIU twice daily, +19.0 % with 1.5."""
    gains = []
    for million in (1.5, 7.5):
        batch, start = treated(new_batch)
        rows = under_skin(batch, million, 3, 180.0, start=365.0)
        gains.append(100 * (rows[-1][1][0] / start - 1))
    assert 8 < gains[0] < 35
    assert 60 < gains[1] < 130


def test_cd4_cells_live_longer_after_cycles(new_batch):
    """Kovacs 2005: CD4 half-life 1.7 to 28.7 weeks."""
    batch, start = treated(new_batch)
    peak = infused(batch, 18.0, 6, 300.0, 365.0)
    batch.advance(665.0 + 28.7 * 7)
    later = batch.observe(SEEN)["blood_CD4"][0]
    assert 0.35 < (later - start) / (peak - start) < 0.9


def test_without_antiretrovirals_the_virus_bursts_and_settles(new_batch):
    """Up to about six-fold around a cycle as an upper tail, not sustained."""
    rng = np.random.default_rng(3)
    size = 60
    drawn = {
        "infection_activation": 3 * np.exp(0.34 * rng.standard_normal(size)),
        "half_effect_CD4": 1.5 * np.exp(0.15 * rng.standard_normal(size)),
        "CD25_CD4": 329 * np.exp(0.3 * rng.standard_normal(size)),
    }
    batch = new_batch(**INFECTED, **drawn)
    rows = under_skin(batch, 7.5, 3, 180.0)
    fold = np.array([r[2] for r in rows]) / 30000
    highest = fold.max(axis=0)
    assert 1.5 < np.median(highest) < 4
    assert 2.5 < np.percentile(highest, 97.5) < 8
    assert np.all(fold[-1] < 1.5)
    shielded = new_batch(**INFECTED)
    shielded.advance(200.0, ON)
    kept = under_skin(shielded, 7.5, 1, 60.0, start=200.0)
    assert max(r[2][0] for r in kept) < 200
