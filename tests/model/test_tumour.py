from __future__ import annotations

import numpy as np
import pytest
from ward import high_dose, treat

SEEN = {"CTL_half_density": 4.0, "tumour_memory_0": 3.0}


def test_baseline_is_equal_spheres(new_batch):
    batch = new_batch(SLD_0=np.array([20.0, 90.0, 400.0]), lesions=np.array([1.0, 3.0, 5.0]))
    seen = batch.observe(["tumour_volume", "SLD"])
    diameter = np.array([20.0, 30.0, 80.0])
    volume = np.array([1, 3, 5]) * np.pi / 6 * diameter**3 / 1000
    assert seen["tumour_volume"] == pytest.approx(volume, rel=1e-9)
    assert seen["SLD"] == pytest.approx([20, 90, 400], rel=1e-6)


def test_untreated_tumours_grow(new_batch):
    batch = new_batch()
    batch.advance(180.0)
    assert batch.observe(["SLD"])["SLD"][0] > 90 * 1.2


def test_a_well_seen_tumour_is_cured_and_stays_cured(new_batch):
    course = treat(new_batch(resistant_share=1e-9, **SEEN), high_dose(), until=1800.0)
    assert course["SLD"][-1, 0] < 1e-3
    assert course["tumour_volume"][-1, 0] < 1e-7
    assert np.all(course["tumour_volume"] > 0)
    assert course["tumour_memory"].max() > 2 * course["tumour_memory"][0, 0]


def test_a_resistant_share_is_a_response_and_then_a_relapse(new_batch):
    course = treat(new_batch(resistant_share=0.15, **SEEN), high_dose(), until=1095.0)
    sld = course["SLD"][:, 0]
    assert sld.min() < 0.7 * sld[0]
    assert sld[-1] > 1.5 * sld.min()


def test_an_unseen_tumour_grows_through_treatment(new_batch):
    course = treat(new_batch(CTL_half_density=500.0), high_dose(), until=180.0)
    assert course["SLD"][-1, 0] > 1.2 * course["SLD"][0, 0]


def test_memory_guards_against_a_few_cells(new_batch):
    """Half a million cells are cleared by a patient with memory, not by one without."""
    batch = new_batch(tumour_memory_0=np.array([1e-4, 20.0]), SLD_0=1.0, lesions=1.0)
    batch.advance(365.0)
    volume = batch.observe(["tumour_volume"])["tumour_volume"]
    assert volume[0] > 1e-3
    assert volume[1] < 0.01 * volume[0]


def test_transferred_t_cells_shrink_the_tumour(new_batch):
    # 2000 cells/uL/day for 0.1 day: fifty billion cells in the body pool
    volumes = []
    for rate in (0.0, 2000.0):
        batch = new_batch(resistant_share=1e-6)
        batch.advance(0.1, {"til_rate": rate})
        batch.advance(60.0, {"til_rate": 0.0})
        volumes.append(batch.observe(["tumour_volume"])["tumour_volume"][0])
    assert volumes[1] < 0.8 * volumes[0]


def test_treg_in_the_tumour_protect_it(new_batch):
    course = treat(
        new_batch(Treg_half_density=np.array([0.1, 1.0, 10.0]), CTL_half_density=10.0),
        high_dose(),
        until=120.0,
    )
    final = course["tumour_volume"][-1]
    assert final[0] > final[1] > final[2]


def test_disease_kills_in_about_a_year_on_average(cohort):
    """Approval data: median survival 16.3 months (renal cancer) and 11.4 (melanoma)."""
    alive = np.exp(-cohort["disease_death_hazard"]).mean(axis=1)
    median = np.interp(-0.5, -alive, cohort["time"]) / 30.4
    assert 7 < median < 24
