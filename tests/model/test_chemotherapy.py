"""A cytotoxic comparator against immunotherapy."""

from __future__ import annotations

import numpy as np
import pytest
from ward import HOUR, high_dose, treat

DOSE = 1850.0  # mg, 1000 mg/m2
SEEN = [
    "chemotherapy",
    "neutrophils",
    "platelets",
    "SLD",
    "tumour_memory",
    "nausea",
    "tumour_volume",
]
SENSITIVE = {"chemotherapy_tumour_kill": 0.06, "CTL_half_density": 500.0}


def cycles(batch, number, until, every=21):
    rows = []
    for day in range(until):
        if day % every == 0 and day // every < number:
            batch.advance(day + HOUR, {"chemotherapy_rate": DOSE / HOUR})
            rows.append([v[0] for v in batch.observe(SEEN).values()])
            batch.advance(day + 0.5, {"chemotherapy_rate": 0.0})
        batch.advance(day + 1.0)
        rows.append([v[0] for v in batch.observe(SEEN).values()])
    return dict(zip(SEEN, np.array(rows).T, strict=True))


@pytest.fixture(scope="module")
def six(new_batch):
    return cycles(new_batch(**SENSITIVE), 6, 730)


def test_level_is_dose_over_volume_and_gone_in_a_day(six):
    assert six["chemotherapy"][0] == pytest.approx(DOSE / (0.63 * 75), rel=0.1)
    assert six["chemotherapy"][2] < 0.02 * six["chemotherapy"][0]


def test_marrow_falls_and_recovers_each_cycle(new_batch):
    one = cycles(new_batch(), 1, 60)
    assert 0.8 < one["neutrophils"].min() < 2.2
    assert 8 < np.argmin(one["neutrophils"]) < 18
    assert one["neutrophils"][34:].min() > 3.4
    assert 120 < one["platelets"].min() < 200
    assert np.argmin(one["platelets"]) > np.argmin(one["neutrophils"])
    assert one["nausea"].max() > 0.8


def test_a_sensitive_tumour_shrinks_until_the_drug_stops(six):
    assert six["SLD"][: 6 * 21].min() < 0.7 * 90
    assert six["SLD"][-1] > 90
    assert six["tumour_memory"].max() < 1.3 * six["tumour_memory"][0]


def test_immunity_outlasts_the_drug_and_a_cytotoxic_does_not(new_batch):
    """The same early shrinkage; a year later one tumour is back, the other gone."""
    seen = {"CTL_half_density": 4.0, "tumour_memory_0": 3.0, "resistant_share": 1e-9}
    immune = treat(new_batch(**seen), high_dose(), until=545.0)
    toxic = cycles(new_batch(**SENSITIVE), 6, 545)
    assert immune["SLD"].min() < 0.7 * 90
    assert toxic["SLD"].min() < 0.7 * 90
    assert immune["SLD"][-1, 0] < 1
    assert toxic["SLD"][-1] > 2 * toxic["SLD"].min()
    assert immune["tumour_memory"].max() > 2 * immune["tumour_memory"][0, 0]


def test_neutropenia_invites_infection(new_batch):
    batch = new_batch(chemotherapy_marrow_kill=0.6)
    cycles(batch, 1, 30)
    assert batch.observe(["infection_hazard"])["infection_hazard"][0] > 0.05
