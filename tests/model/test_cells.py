"""Life of lymphocytes under interleukin-2: growth, death, memory, brake and accelerator."""

from __future__ import annotations

import numpy as np
import pytest
from ward import HOUR, IU_PER_PMOL, high_dose, treat

BSA = 1.85


def rise(course, name):
    return float(course[name].max() / course[name][0, 0])


def killing(batch, until=5.0):
    """Largest rates of tumour killing over a cycle of high doses, without ward care."""
    names = ["CTL_kill", "NK_kill"]
    best = np.zeros(2)
    for dose in high_dose(1):
        batch.advance(dose + 0.25 * HOUR, {"infusion_rate": 1.8e5 / (0.25 * HOUR)})
        batch.advance(dose + 8 * HOUR - 1e-6, {"infusion_rate": 0.0})
        if dose > until - 2:
            best = np.maximum(best, [v[0] for v in batch.observe(names).values()])
    return best


def test_treg_are_a_brake_on_killing(new_batch):
    """Removed in silico killing rises; doubled it falls."""
    found = []
    for share in (-0.9, 0.0, 1.0):
        batch = new_batch()
        for name in ("Treg", "tumour_Treg"):
            batch.add(name, share * batch.observe([name])[name][0])
        found.append(killing(batch))
    without, usual, double = found
    assert np.all(without > 1.3 * usual)
    assert np.all(double < 0.9 * usual)


def test_overstimulated_cd8_cells_die(new_batch):
    plain = treat(new_batch(), high_dose(1), until=13.0)
    spared = treat(new_batch(CD8_activation_death=1e-9), high_dose(1), until=13.0)
    assert rise(spared, "CD8_effector") > 1.2 * rise(plain, "CD8_effector")


def test_overstimulated_cd4_cells_die(new_batch):
    counts = []
    for death in (1e-9, 0.3, 3.0):
        batch = new_batch(activated_death=death)
        batch.advance(7.0, {"antigen_challenge": 3.0})
        counts.append(batch.observe(["activated_CD4"])["activated_CD4"][0])
    assert counts[0] > 1.01 * counts[1] > 1.02 * counts[2]


def test_effectors_contract_and_leave_memory(new_batch):
    """Nine in ten effectors die within two weeks; some become memory."""
    course = treat(new_batch(), high_dose(1), until=40.0)
    effector, memory = course["CD8_effector"][:, 0], course["CD8_memory"][:, 0]
    top = np.argmax(effector)
    later = np.interp(course["time"][top] + 14, course["time"], effector)
    assert later - effector[0] < 0.25 * (effector[top] - effector[0])
    assert memory[-1] > 1.05 * memory[0]


def test_lak_are_full_after_three_to_four_days(new_batch):
    """Rayner 1985. They need neither antigen nor priming."""
    batch = new_batch(tumour_memory_0=1e-9, priming=1e-9)
    found = []
    for day in (1.0, 2.0, 3.5, 10.0):
        batch.advance(day, {"infusion_rate": 18e6 * BSA / IU_PER_PMOL})
        found.append(batch.observe(["LAK"])["LAK"][0])
    assert found[0] < 0.7 * found[3]
    assert found[2] > 0.9 * found[3]
    assert batch.observe(["NK_kill"])["NK_kill"][0] > 0


@pytest.mark.parametrize(
    ("dose", "nk", "bright"),
    [
        (0.4e6, (80, 300), (300, 2800)),
        (1.25e6, (154, 530), (368, 2763)),
        (1.75e6, (154, 700), (368, 3300)),
    ],
)
def test_daily_low_doses_grow_nk_cells_as_measured(new_batch, dose, nk, bright):
    """Meropol 1996: NK +154 to +530 %, CD56bright +368 to +2763 % at 0.4-1.75 MIU/m2 a day."""
    batch = new_batch()
    for day in range(60):
        batch.add("il2_depot", dose * BSA / IU_PER_PMOL)
        batch.advance(day + 1.0)
    seen = batch.observe(["NK", "NK_0", "NK_bright"])
    assert nk[0] < 100 * (seen["NK"][0] / seen["NK_0"][0] - 1) < nk[1]
    assert bright[0] < 100 * (seen["NK_bright"][0] / 15 - 1) < bright[1]


def test_b_cells_grow_little_and_marginate(new_batch):
    batch = new_batch()
    start = batch.observe(["blood_B"])["blood_B"][0]
    killing(batch)
    seen = batch.observe(["B_cells", "blood_B"])
    assert 1.02 < seen["B_cells"][0] / start < 1.5
    assert seen["blood_B"][0] < 0.4 * start


def test_eosinophils_rise_after_days(new_batch):
    """Up to twenty-fold, days after the lymphocytes."""
    course = treat(new_batch(), high_dose(1), until=20.0)
    eosinophils = course["eosinophils"][:, 0]
    assert 3 < eosinophils.max() / eosinophils[0] < 20
    assert 3 < course["time"][np.argmax(eosinophils)] < 9


def test_treg_live_longer_where_interleukin_2_lasts(new_batch):
    """The same amount every day keeps more Treg than thrice of it every third day."""
    kept = []
    for days in (1, 3):
        both = []
        for survival in (1e-9, 0.93):
            batch = new_batch(Treg_survival=survival)
            for day in range(27):
                if day % days == 0:
                    batch.add("il2_depot", days * 0.3e6 * BSA / IU_PER_PMOL)
                batch.advance(day + 1.0)
            both.append(batch.observe(["Treg"])["Treg"][0] / 55)
        kept.append(both[1] / both[0])
    assert kept[0] > 1.3 * kept[1] > 1.3


def weeks(batch, dose, days=56):
    """Treg, fold of the start, after daily doses [IU/m2] under the skin."""
    for day in range(days):
        batch.add("il2_depot", dose * BSA / IU_PER_PMOL)
        batch.advance(day + 1.0)
    seen = batch.observe(["Treg", "Treg_contact"])
    return seen["Treg"][0] / 55, seen["Treg_contact"][0]


def test_treg_share_their_contacts(new_batch):
    """The more they are the less each divides, so that more drug adds less to them."""
    one, shared = weeks(new_batch(), 1e6)
    three, _ = weeks(new_batch(), 3e6)
    alone, whole = weeks(new_batch(Treg_niche=1e6), 1e6)
    more, _ = weeks(new_batch(Treg_niche=1e6), 3e6)
    assert 4 < one < three < 3 * one
    assert alone > 1.2 * one and more / alone > 1.2 * three / one
    assert shared < 0.75 and whole == pytest.approx(1.0, abs=1e-4)
    rest = new_batch(Treg_niche=np.array([2.0, 9.0, 50.0]))
    rest.advance(100.0)
    assert rest.observe(["Treg"])["Treg"] == pytest.approx(55.0, rel=1e-6)


def test_eosinophils_and_endothelium_need_the_alpha_chain(new_batch):
    """What cannot bind CD25 lifts NK cells, not eosinophils, and vessels see none of it."""
    seen = {}
    for name, alpha in (("whole", 1e4), ("none", 1e9)):
        batch = new_batch(K_alpha=alpha, linear_clearance=20.0)
        batch.add("il2_central", 1e4)
        batch.advance(0.25)
        seen[name] = batch.observe(["occupancy_endothelium"])
        batch.advance(6.0)
        seen[name] |= batch.observe(["eosinophils", "NK"])
    assert seen["whole"]["occupancy_endothelium"][0] > 0.3
    assert seen["none"]["occupancy_endothelium"][0] < 0.01
    assert seen["whole"]["eosinophils"][0] > 3 * 0.15
    assert seen["none"]["eosinophils"][0] < 1.2 * 0.15
    assert seen["none"]["NK"][0] > 1.2 * 180
