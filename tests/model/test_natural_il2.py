"""Interleukin-2 that the patient makes: antigen, autocrine growth, competition, shut-off."""

from __future__ import annotations

import numpy as np
import pytest
from ward import high_dose, treat

PG_PER_PMOL_L = 15.3  # 1 pM of 15.3 kDa in pg/mL
SEEN = ("il2_node", "il2_lymphoid", "il2_natural_plasma", "activated_CD4", "activated_CD8")
SEEN += ("Treg", "CD8_effector", "CD8_memory")


def infection(batch, until=30.0, days=7.0, Treg=0.0, **inputs):
    """Courses over half days; an infection of seven days, some Treg added or taken away before."""
    batch.add("Treg", Treg)
    times = np.arange(0.5, until + 0.1, 0.5)
    rows = [[v[0] for v in batch.observe(SEEN).values()]]
    for t in times:
        batch.advance(t, {"antigen_challenge": float(t <= days), **inputs})
        rows.append([v[0] for v in batch.observe(SEEN).values()])
    course = dict(zip(SEEN, np.array(rows).T, strict=True))
    return {"time": np.concatenate([[0.0], times]), **course}


@pytest.fixture(scope="module")
def infected(new_batch):
    return infection(new_batch())


def test_resting_plasma_holds_less_than_a_picogram(new_batch):
    level = new_batch().observe(["il2_natural_plasma"])["il2_natural_plasma"][0]
    assert 0.001 < level * PG_PER_PMOL_L < 1


def test_a_few_cells_in_ten_thousand_secrete_at_rest(new_batch, model):
    seen = new_batch().observe(["secreting_CD4_0", "CD4"])
    assert 1e-5 < seen["secreting_CD4_0"][0] / seen["CD4"][0] < 1e-2
    assert 1 <= model.parameters["il2_secretion"] <= 10  # molecules a second (Han 2012)


def test_antigen_raises_the_local_level_to_what_treg_feel(infected):
    peak = infected["il2_node"].max()
    assert 2 < peak < 60
    assert infected["il2_natural_plasma"].max() * PG_PER_PMOL_L < 5
    assert infected["activated_CD4"].max() > 2
    assert infected["CD8_effector"].max() > 1.05 * infected["CD8_effector"][0]


def test_the_response_ends_with_its_antigen(infected):
    """Activation wanes and interleukin-2 is consumed; memory stays, effectors contract."""
    peak, late = infected["il2_node"].max(), infected["il2_node"][infected["time"] >= 20]
    assert late.max() < 0.01 * peak
    assert infected["activated_CD4"][-1] < 0.01 * infected["activated_CD4"].max()
    start, top, end = (
        infected["CD8_effector"][k] for k in (0, np.argmax(infected["CD8_effector"]), -1)
    )
    assert end - start < 0.2 * (top - start)
    assert infected["CD8_memory"][-1] > infected["CD8_memory"][0]


def test_growth_is_autocrine(new_batch, infected):
    """Cells that cannot secrete expand less."""
    mute = infection(new_batch(il2_secretion=1e-9, il2_lymphoid_rest=1e-9))
    assert mute["activated_CD4"].max() < 0.5 * infected["activated_CD4"].max()
    assert mute["Treg"].max() < infected["Treg"].max() - 5


def test_treg_compete_for_it(new_batch, infected):
    without = infection(new_batch(), Treg=-50.0)
    double = infection(new_batch(), Treg=55.0)
    levels = [c["il2_node"].max() for c in (double, infected, without)]
    assert levels[0] < 0.9 * levels[1] and levels[1] < 0.85 * levels[2]
    cells = [c["activated_CD4"].max() for c in (double, infected, without)]
    assert cells[0] < cells[1] < cells[2]


def test_an_impaired_immune_system_makes_less(new_batch, infected):
    few = infection(new_batch(CD4_0=100.0))
    suppressed = infection(new_batch(), immunosuppression=0.9)
    treated = infection(new_batch(), steroid=0.9)
    peak = infected["il2_node"].max()
    assert few["il2_node"].max() < 0.3 * peak
    assert suppressed["il2_node"].max() < 0.2 * peak
    assert treated["il2_node"].max() < 0.5 * peak


def test_treg_live_on_natural_interleukin_2(new_batch):
    batch = new_batch()
    batch.advance(60.0, {"immunosuppression": 1.0})
    assert 0.3 < batch.observe(["Treg"])["Treg"][0] / 55 < 0.9


def test_treatment_wakes_helper_cells_of_the_tumour(new_batch):
    peaks = []
    for help_of_tumour in (1e-9, 0.1, 0.3):
        batch = new_batch(tumour_antigen_help=help_of_tumour)
        treat(batch, high_dose(1)[:6], until=2.5)
        peaks.append(batch.observe(["activated_CD4"])["activated_CD4"][0])
    assert peaks[0] < 1e-6 < peaks[1] < peaks[2]
