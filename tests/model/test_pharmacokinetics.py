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
    assert per_dose[0] < 0.85 * per_dose[1]


def test_failing_kidneys_raise_exposure_but_little(new_batch):
    """Uptake from the blood around the tubules goes on, so that clearance is largely preserved."""
    failing = new_batch()
    failing.add("kidney_injury", 1.0)
    failing.add("tubular_injury", 1.0)
    seen = failing.observe(["clearance_relative", "GFR"])
    assert seen["GFR"][0] < 10
    assert 0.6 < seen["clearance_relative"][0] < 0.95


def test_drug_balance_closes(new_batch):
    batch = new_batch(rtol=1e-6)
    dose = 20e6 / IU_PER_PMOL
    batch.add("il2_depot", dose)
    names = ["il2_depot", "il2_lymph", "il2_central", "il2_peripheral"]
    fluxes = ["linear_elimination", "receptor_elimination", "node_uptake", "il2_depot"]
    times = np.linspace(0, 2, 2001)
    lost = np.zeros(len(times))
    for k, t in enumerate(times):
        if k:
            batch.advance(t)
        seen = batch.observe(fluxes)
        degraded = 0.63 * 5.04 * seen["il2_depot"][0]
        lost[k] = degraded + sum(seen[name][0] for name in fluxes[:3])
    left = sum(v[0] for v in batch.observe(names).values())
    assert left + np.trapezoid(lost, times) == pytest.approx(dose, rel=1e-3)
