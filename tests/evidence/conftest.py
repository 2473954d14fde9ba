import numpy as np
import pytest

from aldesim.evidence.simulated import Simulated


@pytest.fixture
def simulated():
    """An experiment with courses of our own making: minutes, observables (t, n)."""

    def make(minutes, courses, dose_IU=None, slot_day=(0.0,), slot_cycle=None, name="made", **more):
        size = next(iter(courses.values())).shape[1]
        days = np.asarray(slot_day, dtype=float)
        return Simulated(
            name=name,
            at=np.asarray(minutes) / 1440,
            courses=courses,
            dose_IU=np.ones((len(days), size)) if dose_IU is None else np.asarray(dose_IU),
            slot_day=days,
            slot_cycle=np.ones(len(days), int) if slot_cycle is None else np.asarray(slot_cycle),
            covariates={"BSA": np.full(size, 2.0), "age": np.arange(size)},
            pM_per_IU_mL=4.0,
            **more,
        )

    return make
