from dataclasses import replace

import numpy as np
import pytest

from aldesim.evidence import Observation

PLAIN = Observation(
    id="plain",
    domain="PK",
    quantity="a number",
    scenario="somewhere",
    readout="level hour=1",
    kind="mean",
    value=10.0,
    side="",
    unit="IU/mL",
    n=25,
    n_stated=True,
    interval_low=np.nan,
    interval_high=np.nan,
    between_study=0.0,
    resolution=0.0,
    source="nobody",
    calibration=False,
    weak=False,
    note="",
)


@pytest.fixture
def observation():
    return lambda **changes: replace(PLAIN, **changes)
