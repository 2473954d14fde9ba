import numpy as np
import pytest

from aldesim.trial.design.pool import ArmOutcomes, Pool
from aldesim.trial.design.schema import Design

END = 730.0


def outcomes(rng, size, rate, hazard):
    """An arm with a response rate and a constant hazard of death."""
    responds = rng.random(size) < rate
    death = rng.exponential(1 / hazard, size)
    progression = np.minimum(death, np.ceil(rng.exponential(0.5 / hazard, size) / 56) * 56)
    return ArmOutcomes(
        response_day=np.where(responds, 56.0, np.inf),
        complete=responds & (rng.random(size) < 0.3),
        times={"OS": np.minimum(death, END), "PFS": np.minimum(progression, END)},
        events={"OS": death < END, "PFS": progression < END},
    )


@pytest.fixture(scope="session")
def pool():
    rng = np.random.default_rng(3)
    size = 4000
    return Pool(
        ids=np.arange(size),
        arms={
            "new": outcomes(rng, size, 0.30, np.log(2) / 500),
            "old": outcomes(rng, size, 0.15, np.log(2) / 350),
        },
        stratum=rng.integers(0, 3, size),
        runs={},
    )


@pytest.fixture
def single(pool):
    return Pool(pool.ids, {"new": pool.arms["new"]}, pool.stratum, {})


def design(**fields):
    base = {
        "name": "made-up",
        "title": "Made up",
        "arms": [
            {"name": "new", "scenario": "high-dose-melanoma"},
            {"name": "old", "scenario": "high-dose-melanoma"},
        ],
        "size": 200,
        "success": {"endpoint": "OS"},
        "follow_up_days": 730,
    }
    if "two_stage" in fields:
        del base["size"], base["success"]
    if fields.pop("single", False) or "two_stage" in fields:
        base["arms"] = base["arms"][:1]
    return Design.model_validate(base | fields)


@pytest.fixture
def make_design():
    return design
