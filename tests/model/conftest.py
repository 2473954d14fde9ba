from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from aldesim.model import load, parameter_table, state_scales

sys.path.insert(0, str(Path(__file__).parent))

from ward import high_dose, treat


@pytest.fixture(scope="session")
def model() -> Any:
    return load()


@pytest.fixture(scope="session")
def new_batch(model: Any) -> Callable[..., Any]:
    def make(size: int | None = None, rtol: float = 1e-4, **parameters: Any) -> Any:
        return model.batch(parameters, size=size, rtol=rtol, scale=state_scales())

    return make


@pytest.fixture(scope="session")
def nominal(new_batch: Callable[..., Any]) -> dict[str, np.ndarray]:
    """Nominal patient, two cycles of 14 high doses with ward care, two years."""
    return treat(new_batch(), high_dose(), until=730.0)


@pytest.fixture(scope="session")
def patients() -> dict[str, np.ndarray]:
    """Forty patients drawn from the spreads of the parameter table."""
    rng = np.random.default_rng(7)
    drawn = {}
    for p in parameter_table().values():
        z = rng.standard_normal(40)
        if p.distribution == "lognormal":
            drawn[p.id] = p.value * np.exp(z * np.sqrt(np.log1p(p.spread**2)))
        elif p.distribution == "logit-normal":
            logit = np.log(p.value / (1 - p.value)) + p.spread * z
            drawn[p.id] = 1 / (1 + np.exp(-logit))
        elif p.distribution == "normal":
            drawn[p.id] = p.value + p.spread * z
    return drawn


@pytest.fixture(scope="session")
def cohort(new_batch: Callable[..., Any], patients: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The forty patients through two cycles of ten doses, three years."""
    batch = new_batch(**patients)
    course = treat(
        batch, high_dose(doses=10), until=1095.0, weight=patients["body_weight"], rarely=14.0
    )
    course["status"] = batch.status
    return course
