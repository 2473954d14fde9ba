"""A patient's bits depend on nothing but the patient."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aldesim.engine import Model
from aldesim.engine.jit import WIDTHS, host_width


def patients(n, seed=5):
    rng = np.random.default_rng(seed)
    return {
        "k_on": 3 * rng.lognormal(0, 0.5, n),
        "k_int": 4 * rng.lognormal(0, 0.5, n),
        "h_s": rng.uniform(1.1, 3.0, n),
        "plasma": rng.uniform(2, 4, n),
    }


def course(network, parameters, **options):
    model = Model.from_antimony(network, "network")
    batch = model.batch(parameters, **options)
    rows = []
    for day in range(3):
        batch.advance(day + 0.25, {"infusion": 200.0})
        batch.advance(day + 1.0, {"infusion": 0.0})
        rows.append(np.array(list(batch.observe(model.observables).values())))
    assert (batch.status == 0).all()
    return np.array(rows)


@settings(max_examples=12, deadline=None, derandomize=True)
@given(st.lists(st.integers(0, 19), min_size=1, max_size=23))
def test_any_company_gives_the_same_bits(network, chosen):
    full = course(network, patients(20))
    some = {name: values[chosen] for name, values in patients(20).items()}
    assert course(network, some).tobytes() == full[:, :, chosen].tobytes()


@pytest.mark.parametrize("threads", [2, 3])
def test_threads_give_the_same_bits(network, threads):
    parameters = patients(150)
    shared = course(network, parameters, threads=threads, width=2)
    assert shared.tobytes() == course(network, parameters, width=2).tobytes()


def test_failing_neighbours_change_nothing():
    model = Model.from_antimony("const k; k = 1; x = 1; x' = k*x^2", "blow-up")
    healthy = model.batch({"k": np.full(5, 0.1)})
    mixed = model.batch({"k": [0.1, 50.0, 0.1, 3.0, 0.1]})
    healthy.advance(2.0)
    mixed.advance(2.0)
    x, y = healthy.observe(["x"])["x"], mixed.observe(["x"])["x"]
    assert y[[0, 2, 4]].tobytes() == x[[0, 2, 4]].tobytes()
    assert np.isnan(y[[1, 3]]).all()


@pytest.mark.parametrize("width", [w for w in WIDTHS if w != host_width()])
def test_widths_agree_to_rounding(network, width):
    """The scalar build is the oracle of the vector builds."""
    parameters = patients(13)
    host, other = (course(network, parameters, width=w) for w in (host_width(), width))
    assert other == pytest.approx(host, rel=1e-9, abs=1e-11)
