from __future__ import annotations

import numpy as np
import pytest
from ward import HOUR, IU_PER_PMOL, PM_PER_IU_ML, treat

MINUTE = HOUR / 60
BOLUS = 6e6 * 1.85 / IU_PER_PMOL  # 6 MIU/m2: a million Cetus units per m2


def levels(batch, times):
    """Plasma level [IU/mL] at increasing times [day]."""
    seen = []
    for t in times:
        if t > batch.time:
            batch.advance(t)
        seen.append(batch.observe(["il2_plasma"])["il2_plasma"][0] / PM_PER_IU_ML)
    return np.array(seen)


def test_half_lives_after_a_bolus(new_batch):
    """Konrad 1990: 12.9 and 85 min."""
    batch = new_batch(rtol=1e-6)
    batch.add("il2_central", BOLUS)
    minutes = np.arange(0.0, 241.0)
    level = levels(batch, minutes * MINUTE)
    late = (minutes >= 120) & (minutes <= 240)
    beta, start = np.polyfit(minutes[late], np.log(level[late]), 1)
    early = (minutes >= 2) & (minutes <= 25)
    rest = level - np.exp(start + beta * minutes)
    alpha = np.polyfit(minutes[early], np.log(rest[early]), 1)[0]
    assert -np.log(2) / alpha == pytest.approx(12.9, rel=0.1)
    assert -np.log(2) / beta == pytest.approx(85, rel=0.1)
    assert level[0] == pytest.approx(3900, rel=0.2)


def test_a_slow_third_phase_follows(new_batch):
    """Half-life at the end of the label 100 to 123 min, of Konrad 1990 to 4 h 85: tissue that gives
    back slowly, without which the level ends faster, not slower."""
    ends = []
    for change in ({}, {"k_peripheral_slow": 1e-9}):
        batch = new_batch(rtol=1e-7, **change)
        batch.add("il2_central", BOLUS)
        minutes = np.arange(0.0, 481.0, 5.0)
        level = levels(batch, minutes * MINUTE)
        end = minutes >= 240
        ends.append(-np.log(2) / np.polyfit(minutes[end], np.log(level[end]), 1)[0])
    assert 88 < ends[0] < 123
    assert ends[1] < 80


def test_level_of_a_six_hour_infusion(new_batch):
    """Konrad 1990: 41 Cetus units/mL = 246 IU/mL."""
    batch = new_batch(rtol=1e-6)
    batch.advance(0.25, {"infusion_rate": BOLUS / 0.25})
    assert levels(batch, [0.25])[0] == pytest.approx(246, rel=0.1)


def exposure(batch, until=1.0):
    times = np.concatenate([np.arange(0, 4 * HOUR, MINUTE), np.arange(4 * HOUR, until, 0.005)])
    level = levels(batch, times)
    return level.max(), np.trapezoid(level, times)


def test_high_intravenous_doses_are_proportional(new_batch):
    areas = []
    for dose in (150_000, 300_000, 600_000):
        batch = new_batch()
        batch.add("il2_central", dose * 75 / IU_PER_PMOL)
        areas.append(exposure(batch, 8 * HOUR)[1] / dose)
    assert max(areas) / min(areas) < 1.1


def test_subcutaneous_is_flat_low_and_late(new_batch):
    dose = 18e6 / IU_PER_PMOL
    intravenous, subcutaneous = new_batch(), new_batch()
    intravenous.add("il2_central", dose)
    subcutaneous.add("il2_depot", dose)
    peak_iv, area_iv = exposure(intravenous)
    peak_sc, area_sc = exposure(subcutaneous)
    assert 0.005 < peak_sc / peak_iv < 0.05
    assert 22 < peak_sc < 113  # Piscitelli 1996, 12-18 MIU
    assert 0.25 < area_sc / area_iv < 0.5


def test_subcutaneous_peak_comes_after_hours(new_batch):
    batch = new_batch()
    batch.add("il2_depot", 18e6 / IU_PER_PMOL)
    times = np.arange(0, 1, 0.005)
    level = levels(batch, times)
    assert 2 * HOUR < times[np.argmax(level)] < 6.5 * HOUR
    late = (times > 10 * HOUR) & (times < 16 * HOUR)
    slope = np.polyfit(times[late], np.log(level[late]), 1)[0]
    assert -np.log(2) / slope == pytest.approx(3.3 * HOUR, rel=0.3)


def test_nothing_by_mouth_reaches_the_plasma(new_batch):
    course = treat(new_batch(), [0.0, 1.0], until=3.0, route="oral")
    assert np.all(course["il2_plasma"] == 0)
    assert np.allclose(course["MAP"], course["MAP"][0], atol=1e-6)


def test_small_doses_are_taken_up_by_receptors(new_batch):
    """Receptor-mediated clearance adds to the linear one at picomolar levels, not at high ones."""
    per_dose = []
    for dose in (0.01e6, 60e6):
        batch = new_batch()
        batch.add("il2_central", dose / IU_PER_PMOL)
        per_dose.append(exposure(batch, 8 * HOUR)[1] / dose)
    assert per_dose[0] < 0.9 * per_dose[1]


def test_failing_kidneys_raise_exposure_but_little(new_batch):
    """Uptake from the blood around the tubules goes on, so that clearance is largely preserved."""
    failing = new_batch()
    failing.add("kidney_injury", 1.0)
    failing.add("tubular_injury", 1.0)
    seen = failing.observe(["clearance_relative", "GFR"])
    assert seen["GFR"][0] < 10
    assert 0.6 < seen["clearance_relative"][0] < 0.95


def test_drug_balance_closes(new_batch, model):
    batch = new_batch(rtol=1e-6)
    p = model.parameters
    dose = 20e6 / IU_PER_PMOL
    batch.add("il2_depot", dose)
    names = ["il2_depot", "il2_lymph", "il2_central", "il2_peripheral", "il2_slow"]
    losses = ["linear_elimination", "receptor_elimination", "tissue_digestion", "node_uptake"]
    times = np.linspace(0, 2, 2001)
    lost = np.zeros(len(times))
    for k, t in enumerate(times):
        if k:
            batch.advance(t)
        seen = batch.observe([*losses, "il2_depot"])
        degraded = (1 - p["SC_bioavailability"]) * p["depot_absorption_rate"] * seen["il2_depot"][0]
        lost[k] = degraded + sum(seen[name][0] for name in losses)
    left = sum(v[0] for v in batch.observe(names).values())
    assert left + np.trapezoid(lost, times) == pytest.approx(dose, rel=1e-3)


def test_late_doses_of_a_cycle_reach_less_exposure(new_batch):
    """AUC -31 % late against first high doses (7 patients, Cancer Chemother Pharmacol)."""
    batch, areas, end = new_batch(), [], 0.0
    rate = 600e3 * 75 / IU_PER_PMOL / (15 * MINUTE)
    for _ in range(14):
        times = np.concatenate([np.arange(1, 61) * MINUTE, np.linspace(65, 480, 84) * MINUTE])
        level = []
        for t in times:
            inputs = {"infusion_rate": rate if t < 15.5 * MINUTE else 0.0, "pressor_on": 1.0}
            batch.advance(end + t, inputs)
            level.append(batch.observe(["il2_plasma"])["il2_plasma"][0])
        areas.append(np.trapezoid(level, times))
        end += 8 * HOUR
    assert -0.45 < areas[-1] / areas[0] - 1 < -0.2


def test_without_kidneys_on_dialysis_two_fifths_of_clearance_are_left(new_batch):
    """Kamikawa 2008: 50.5 mL/min (SD 11.5, n = 4) of a normal 126, terminal half-life 1.72 h."""
    clearances = []
    for dialysis in (0.0, 1.0):
        batch = new_batch(rtol=1e-6)
        batch.advance(1e-9, {"dialysis": dialysis})
        batch.add("il2_central", 5000.0)
        minutes = np.arange(0.0, 600.0, 2.0)
        level = levels(batch, 1e-9 + minutes * MINUTE) * PM_PER_IU_ML
        clearances.append(5000 / np.trapezoid(level, minutes) * 1000)
    late = minutes > 180
    half_life = -np.log(2) / np.polyfit(minutes[late], np.log(level[late]), 1)[0] / 60
    assert 39 < clearances[1] < 62
    assert clearances[1] / clearances[0] == pytest.approx(0.4, abs=0.06)
    assert half_life == pytest.approx(1.72, abs=0.4)


def test_small_subcutaneous_doses_are_lost_in_the_draining_nodes(new_batch):
    """Levels fall faster than the dose: peaks of picomoles after 0.4 MIU/m2 (Meropol 1996)."""
    peaks, areas = [], []
    for dose in (0.4e6 * 1.85, 18e6):
        batch = new_batch()
        batch.add("il2_depot", dose / IU_PER_PMOL)
        peak, area = exposure(batch)
        peaks.append(peak * PM_PER_IU_ML)
        areas.append(area / dose)
    assert peaks[0] < 10
    assert areas[0] < 0.5 * areas[1]
    flat = new_batch(node_uptake_max=1e-9, cells_in_reach=1e-9)
    flat.add("il2_depot", 0.4e6 * 1.85 / IU_PER_PMOL)
    assert exposure(flat)[0] * PM_PER_IU_ML > 1.5 * peaks[0]


def daily(batch, dose, days):
    """Peak level [pM] on each day of subcutaneous doses."""
    peaks = []
    for day in range(days):
        batch.add("il2_depot", dose / IU_PER_PMOL)
        seen = []
        for hour in (3, 4, 5, 24):
            batch.advance(day + hour * HOUR)
            seen.append(batch.observe(["il2_plasma"])["il2_plasma"][0])
        peaks.append(max(seen))
    return np.array(peaks)


def test_the_same_daily_dose_reaches_less_after_weeks(new_batch):
    """Whangbo 2019: levels fall over weeks; Treg that grow and gain CD25 take more of it up."""
    peaks = daily(new_batch(), 1e6 * 1.85, 56)
    assert peaks[-1] < 0.87 * peaks[0]
    constant = daily(
        new_batch(Treg_growth=1e-9, Treg_survival=1e-9, CD25_induction_Treg=1e-9), 1e6 * 1.85, 56
    )
    assert constant[-1] > 0.93 * constant[0]


def test_soluble_receptor_is_a_weak_decoy(new_batch):
    """At 1 nM, with the affinity of CD25 alone, it binds less than a tenth of the drug."""
    free = new_batch(sIL2R_0=1000.0).observe(["il2_free_fraction"])["il2_free_fraction"][0]
    assert 0.9 < free < 0.92


def test_neutralising_antibody_comes_with_repeated_courses(new_batch):
    """None of 76 patients after one subcutaneous course, 5 of 76 after more (1993)."""
    rng = np.random.default_rng(4)
    patients = np.exp(np.sqrt(np.log1p(0.66**2)) * rng.standard_normal(300))
    batch = new_batch(300, immunogenicity=patients)
    shares = []
    for course in range(2):
        titre = np.zeros(300)
        for day in range(63):
            if day < 42 and day % 7 < 5:
                batch.add("il2_depot", 9e6 / IU_PER_PMOL)
            batch.advance(course * 63.0 + day + 1)
            titre = np.maximum(
                titre, batch.observe(["neutralising_antibody"])["neutralising_antibody"]
            )
        shares.append(float((titre > 1).mean()))
    assert shares[0] < 0.02
    assert 0.02 < shares[1] < 0.15
    intravenous = new_batch()
    for day in range(10):
        intravenous.add("il2_central", 1e5)
        intravenous.advance(day + 1.0)
    assert intravenous.observe(["neutralising_antibody"])["neutralising_antibody"][0] == 0


def test_antibody_takes_the_effect_away(new_batch):
    signals = []
    for titre in (0.0, 20.0):
        batch = new_batch()
        batch.add("neutralising_antibody", titre)
        batch.add("il2_depot", 9e6 / IU_PER_PMOL)
        batch.advance(0.5)
        signals.append(batch.observe(["signal_NK"])["signal_NK"][0])
    assert signals[1] < 0.2 * signals[0]


def test_a_releasable_conjugate_acts_late_low_and_long(new_batch):
    released, plain = new_batch(prodrug_release=1.6), new_batch()
    released.add("il2_prodrug", 1e4)
    plain.add("il2_central", 1e4)
    assert released.observe(["il2_plasma"])["il2_plasma"][0] == 0
    times = np.linspace(0.01, 6, 300)
    slow, fast = levels(released, times), levels(plain, times)
    assert slow.max() < 0.05 * fast.max()
    assert times[np.argmax(slow)] > 0.3
    assert np.interp(3.0, times, slow) > 0.05 * slow.max()
    assert np.interp(3.0, times, fast) < 1e-6 * fast.max()


def test_conjugate_balance_closes(new_batch):
    kept = dict.fromkeys(("linear_clearance", "leak_digestion", "cells_in_reach"), 1e-9)
    batch = new_batch(prodrug_release=1.6, prodrug_clearance=0.4, **kept)
    batch.add("il2_prodrug", 1000.0)
    batch.advance(40.0)
    seen = batch.observe(["il2_central", "il2_peripheral", "il2_slow"])
    assert sum(v[0] for v in seen.values()) == pytest.approx(1000 * 0.8**2, rel=1e-3)
