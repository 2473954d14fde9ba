"""Problems with known answers."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import expm

from aldesim.engine import Model
from aldesim.engine.tableau import METHODS

CHAIN = """
  a = 5; b = 0; c = 0
  a' = -k1*a + k2*b; b' = k1*a - k2*b - k3*b; c' = k3*b
  const k1, k2, k3; k1 = 2; k2 = 0.5; k3 = 0.1
"""
CYCLE = """
  compartment V = 1
  species A in V, B in V, C in V, AB in V
  A = 3; B = 2; C = 0.1; AB = 0
  A + B -> AB; kf*A*B - kr*AB
  AB -> C + A; kc*AB
  C -> B; kd*C^2/(K + C)
  kf = 1; kr = 0.3; kc = 2; kd = 5; K = 0.7
"""
rate = st.floats(1e-3, 1e3)


@pytest.mark.parametrize("method", METHODS)
@settings(max_examples=25, deadline=None, derandomize=True)
@given(k1=rate, k2=rate, k3=rate, time=st.floats(1e-2, 50))
def test_linear_chain_is_the_matrix_exponential(method, k1, k2, k3, time):
    batch = Model.from_antimony(CHAIN, "chain").batch(
        {"k1": k1, "k2": k2, "k3": k3}, rtol=1e-7, method=method
    )
    batch.advance(time)
    matrix = np.array([[-k1, k2, 0], [k1, -k2 - k3, 0], [0, k3, 0]])
    exact = expm(matrix * time) @ [5, 0, 0]
    found = np.concatenate(list(batch.observe(["a", "b", "c"]).values()))
    assert found == pytest.approx(exact, rel=1e-5, abs=1e-7)


@pytest.mark.parametrize("method", METHODS)
def test_robertson(method):
    """H. H. Robertson's stiff kinetics; values at t = 40 and 4e5 from the literature
    (Hairer & Wanner, Solving ODEs II; the SUNDIALS example problem)."""
    model = Model.from_antimony(
        """
        x = 1; y = 0; z = 0
        x' = -0.04*x + 1e4*y*z; y' = 0.04*x - 1e4*y*z - 3e7*y^2; z' = 3e7*y^2
        """,
        "robertson",
    )
    scale = {"x": 1.0, "y": 1e-5, "z": 1.0}
    batch = model.batch(rtol=1e-8, method=method, scale=scale)
    batch.advance(40.0)
    at_40 = [0.7158270687, 9.185534764e-6, 0.2841637458]
    assert [v[0] for v in batch.observe(model.states).values()] == pytest.approx(at_40, rel=1e-6)
    batch.advance(4e5)
    late = [4.93829e-3, 1.98500e-8, 0.9950617]
    assert [v[0] for v in batch.observe(model.states).values()] == pytest.approx(late, rel=2e-4)
    assert batch.steps[0] < 1500


@pytest.mark.parametrize("method", METHODS)
def test_logistic_growth(method):
    model = Model.from_antimony("const r; r = 1; x = 0.01; x' = r*x*(1 - x)", "logistic")
    r = np.linspace(0.5, 5, 19)
    batch = model.batch({"r": r}, rtol=1e-8, method=method)
    batch.advance(2.0)
    exact = 1 / (1 + 99 * np.exp(-2 * r))
    assert batch.observe(["x"])["x"] == pytest.approx(exact, rel=1e-6)


@settings(max_examples=25, deadline=None, derandomize=True)
@given(values=st.tuples(rate, rate, rate, rate, st.floats(0.1, 10)), time=st.floats(0.01, 100))
def test_closed_network_conserves_mass(values, time):
    batch = Model.from_antimony(CYCLE, "cycle").batch(
        dict(zip(("kf", "kr", "kc", "kd", "K"), values, strict=True))
    )
    batch.advance(time)
    a, b, c, ab = batch.observe(["A", "B", "C", "AB"]).values()
    assert a + ab == pytest.approx(3.0, rel=1e-12)
    assert b + c + ab == pytest.approx(2.1, rel=1e-12)


@settings(max_examples=25, deadline=None, derandomize=True)
@given(k=st.floats(1e-3, 1e6), days=st.integers(1, 60))
def test_decay_stays_positive(k, days):
    """To within the absolute tolerance, however fast the decay and wherever the steps end."""
    batch = Model.from_antimony("const k; k = 1; x = 1; x' = -k*x", "decay").batch({"k": k})
    for day in range(days):
        batch.advance(day + 1.0)
    x = batch.observe(["x"])["x"][0]
    assert -1e-7 < x <= np.exp(-k * days) + 1e-6


def test_time_in_the_equations():
    model = Model.from_antimony("x = 0; x' = cos(time); seen := time", "clock")
    batch = model.batch(rtol=1e-8)
    batch.advance(1.0)
    batch.advance(4.0)
    assert batch.observe(["x"])["x"][0] == pytest.approx(np.sin(4.0), abs=1e-6)
    assert batch.observe(["seen"])["seen"][0] == pytest.approx(4.0, rel=1e-12)


def test_steady_state_is_kept_exactly():
    model = Model.from_antimony("const k; k = 3; x = 2; x' = k*tanh(2 - x)", "rest")
    batch = model.batch()
    batch.advance(1000.0)
    assert batch.observe(["x"])["x"][0] == 2.0
