"""Thyroid over months, and flares in the predisposed."""

from __future__ import annotations

import numpy as np
import pytest
from ward import high_dose, treat

UPPER_TSH, LOWER_TSH = 4.5, 0.4  # mIU/L


@pytest.fixture(scope="module")
def glands(new_batch, patients):
    weight = patients["body_weight"]
    return treat(
        new_batch(**patients),
        high_dose(doses=10),
        until=365.0,
        weight=weight,
        watch=("TSH", "free_T4"),
    )


def test_thyroid_failure_is_common_late_and_mostly_passes(glands):
    """Krouse 1995: hypothyroid 35 %, hyperthyroid 7 %, any 41 % of the initially euthyroid."""
    euthyroid = glands["TSH"][0] < UPPER_TSH
    tsh, time = glands["TSH"][:, euthyroid], glands["time"]
    hypothyroid = (tsh > UPPER_TSH).any(axis=0)
    assert 0.15 < hypothyroid.mean() < 0.55
    assert 0.0 < (tsh < LOWER_TSH).any(axis=0).mean() < 0.25
    peaks = time[tsh.argmax(axis=0)][hypothyroid]
    assert 20 < np.median(peaks) < 70
    assert (tsh[-1] > UPPER_TSH).mean() < 0.5 * hypothyroid.mean()


def test_the_thyroid_follows_the_length_of_treatment(new_batch):
    levels = []
    for doses in (4, 14):
        course = treat(new_batch(), high_dose(doses=doses), until=60.0, watch=("free_T4",))
        levels.append(course["free_T4"].min())
    assert levels[1] < levels[0] < 1.2


def test_only_the_predisposed_flare(new_batch):
    watch = ("autoimmune_flare", "glucose")
    batch = new_batch(autoimmune_predisposition=np.array([0.0, 1.0]))
    course = treat(batch, high_dose(), until=200.0, watch=watch)
    assert np.all(course["autoimmune_flare"][:, 0] == 0)
    assert course["glucose"][-1, 0] == pytest.approx(95, abs=1)
    flare = course["autoimmune_flare"][:, 1]
    assert 0.2 < flare.max() < 3
    assert course["glucose"][:, 1].max() > 126  # diabetic range
    assert flare[-1] < 0.1 * flare.max()
    calmed = new_batch(autoimmune_predisposition=1.0)
    orders = {"immunosuppression": 1.0}
    calm = treat(calmed, high_dose(), until=30.0, watch=watch, orders=orders)
    assert calm["autoimmune_flare"].max() < 0.4 * flare.max()
