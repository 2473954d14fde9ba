from __future__ import annotations

import numpy as np
import pytest

MOVING = {
    *("ln_tumour_sensitive", "ln_tumour_resistant", "dendritic", "tumour_specific_T"),
    *("tumour_memory", "TIL", "tumour_Treg", "metastasis_hazard"),
    *("disease_death_hazard", "urine_total"),
}


def test_untreated_patients_stay_where_they_are(model, new_batch, patients):
    batch = new_batch(**patients)
    still = [name for name in model.states if name not in MOVING]
    before = batch.observe(still)
    batch.advance(200.0)
    after = batch.observe(still)
    assert np.all(batch.status == 0)
    for name in still:
        assert np.allclose(after[name], before[name], rtol=1e-8, atol=1e-10), name


def test_untreated_tumour_doubles_in_its_doubling_time(new_batch):
    batch = new_batch(SLD_0=20.0, lesions=1.0, CTL_kill_max=1e-9, surveillance_kill=1e-9)
    before = batch.observe(["tumour_volume"])["tumour_volume"][0]
    batch.advance(65.0)
    after = batch.observe(["tumour_volume"])["tumour_volume"][0]
    assert after / before == pytest.approx(2, rel=0.02)


def balance(new_batch, **inputs):
    """Stores before and after three toxic days, and every flux, on a fine grid."""
    batch = new_batch(rtol=1e-6)
    fluxes = [
        *("drinking", "urine_flow", "insensible_loss", "diarrhoea", "inflammation"),
        *("plasma_albumin", "interstitial_albumin", "albumin_catabolism"),
    ]
    stores = ["plasma_volume", "interstitial_volume", "urine_total", "weight"]
    batch.add("il2_central", 3e5)
    start = {k: v[0] for k, v in batch.observe(stores + fluxes).items()}
    times = np.linspace(0, 3, 1501)
    rows = []
    for k, t in enumerate(times):
        if k:
            batch.advance(t, inputs)
        if abs(t * 3 - round(t * 3)) < 1e-9 and t < 3:
            batch.add("il2_central", 3e5)
        rows.append([v[0] for v in batch.observe(fluxes).values()])
    end = {k: v[0] for k, v in batch.observe(stores + fluxes).items()}
    total = dict(zip(fluxes, np.trapezoid(np.array(rows), times, axis=0), strict=True))
    return start, end, total


def test_fluid_balance_closes(new_batch):
    start, end, total = balance(new_batch, crystalloid_rate=3.0, oral_intake=0.5)
    water = ("plasma_volume", "interstitial_volume")
    gained = sum(end[k] - start[k] for k in water)
    given = 3 * 3.0 + 3 * 0.5 * (1.7 + 0.8)
    lost = end["urine_total"] + total["insensible_loss"] + total["diarrhoea"]
    assert end["urine_total"] == pytest.approx(total["urine_flow"], rel=1e-3)
    assert gained == pytest.approx(given - lost, abs=0.01)
    assert gained > 0.5
    assert end["weight"] - start["weight"] == pytest.approx(gained, abs=1e-9)


def test_albumin_balance_closes(new_batch, model):
    start, end, total = balance(new_batch, albumin_rate=10.0)
    p = model.parameters
    mass = ("plasma_albumin", "interstitial_albumin")
    made = p["albumin_synthesis"] * (3 - p["albumin_synthesis_inhibition"] * total["inflammation"])
    broken = start["albumin_catabolism"] * sum(total[k] for k in mass)
    change = sum(end[k] - start[k] for k in mass)
    assert change == pytest.approx(3 * 10.0 + made - broken, abs=0.05)
