import numpy as np
import pytest

from aldesim.engine import LaneStatus, Model

BLOW_UP = "const k; k = 1; x = 1; y = 1; x' = k*x^2; y' = -y"


def test_blow_up_stops_its_own_lane_only():
    model = Model.from_antimony(BLOW_UP, "blow-up")
    batch = model.batch({"k": [0.01, 1.0, 0.02]})
    batch.advance(0.5)
    assert batch.status.tolist() == [0, 0, 0]
    batch.advance(3.0)
    assert batch.status.tolist() == [0, LaneStatus.STEP_UNDERFLOW, 0]
    seen = batch.observe(["x", "y"])
    assert seen["x"][[0, 2]] == pytest.approx([1 / (1 - 0.03), 1 / (1 - 0.06)], rel=1e-4)
    assert np.isnan([seen["x"][1], seen["y"][1]]).all()
    message = batch.failure(1)
    assert message.startswith("patient 1 at time 1")
    assert "x" in message and "grows without bound" in message
    assert batch.failure(0) == ""
    steps = batch.steps[1]
    batch.advance(9.0)
    assert batch.steps[1] == steps, "a failed lane must stay frozen"


@pytest.mark.parametrize(
    "equation",
    ["x' = ln(x - 2)", "x' = 1/(x - x)", "x' = sqrt(-x)", "x' = exp(1000*x)"],
)
def test_not_finite_from_the_start(equation):
    batch = Model.from_antimony(f"x = 1; y = 1; y' = 0; {equation}", equation).batch(size=3)
    batch.advance(1.0)
    assert (batch.status == LaneStatus.NOT_FINITE).all()
    assert np.isnan(batch.observe(["y"])["y"]).all()
    assert "rate of x is" in batch.failure(0)
    assert batch.steps[0] < 40


def test_not_finite_on_the_way():
    """x passes 2 at time 1, where the logarithm ends."""
    batch = Model.from_antimony("x = 1; x' = 1; y = 0; y' = ln(2 - x)", "edge").batch()
    batch.advance(5.0)
    assert batch.status[0] in (LaneStatus.NOT_FINITE, LaneStatus.STEP_UNDERFLOW)
    assert "at time 1" in batch.failure(0) or "at time 0.99" in batch.failure(0)


def test_infinite_states_are_never_accepted():
    """A huge new state makes its own error look small."""
    batch = Model.from_antimony("x = 1e300; x' = 1e10*x", "huge").batch()
    batch.advance(1.0)
    assert batch.status[0] != LaneStatus.OK
    assert np.isnan(batch.observe(["x"])["x"][0])


def test_nan_recovers_with_smaller_steps():
    """Trial stages beyond the domain are retried, not fatal."""
    batch = Model.from_antimony("x = 4; x' = -sqrt(x) + 0.01", "tank").batch(rtol=1e-3)
    batch.advance(50.0)
    assert batch.status[0] == LaneStatus.OK
    assert batch.observe(["x"])["x"][0] == pytest.approx(1e-4, rel=0.1)


def test_step_limit():
    model = Model.from_antimony("const w; w = 1; x = 1; y = 0; x' = w*y; y' = -w*x", "oscillator")
    batch = model.batch({"w": [1.0, 1e4]}, max_steps=500)
    batch.advance(10.0)
    assert batch.status.tolist() == [0, LaneStatus.STEP_LIMIT]
    assert batch.steps[1] == 500
    assert "max_steps" in batch.failure(1)
    again = model.batch({"w": [1.0, 1e4]}, max_steps=500)
    for k in range(1000):
        again.advance((k + 1) * 1e-3)
    assert (again.status == 0).all(), "the limit counts each advance by itself"


def test_a_whole_group_may_fail():
    batch = Model.from_antimony(BLOW_UP, "blow-up").batch({"k": np.full(20, 9.0)}, threads=2)
    batch.advance(1.0)
    batch.advance(2.0)
    assert (batch.status == LaneStatus.STEP_UNDERFLOW).all()
    assert batch.time == 2.0
