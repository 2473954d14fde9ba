import pickle
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from aldesim.engine import Model
from aldesim.errors import InputError

TEXT = """
  unit day = 86400 second; unit time_unit = 86400 second; unit mg = 1e-3 gram
  unit mg_per_day = mg/day; unit per_day = 1/day
  amount = 0; amount has mg; k = 0.7; k has per_day
  const start; start = 2; start has mg
  trace = start*3; trace has mg; trace' = -k*trace
  var rate; rate = 0; rate has mg_per_day
  amount' = rate - k*amount
  half := amount/2; half has mg
  const k_double; k_double = 2*k; k_double has per_day
"""


@pytest.fixture
def model():
    return Model.from_antimony(TEXT, "one compartment")


def test_names_and_units(model):
    assert set(model.states) == {"amount", "trace"}
    assert model.parameters == {"k": 0.7, "start": 2.0}
    assert model.inputs == {"rate": 0.0}
    assert set(model.observables) == {"amount", "trace", "half", "k_double", "rate"}
    assert model.unit("rate") == "mg_per_day"
    assert model.unit("half") == "mg"
    assert "<sbml" in model.sbml
    with pytest.raises(InputError, match="nothing"):
        model.unit("nothing")


def test_initial_state_follows_parameters(model):
    batch = model.batch({"start": [1.0, 2.0, 5.0], "k": 0.1})
    assert batch.observe(["trace"])["trace"].tolist() == [3.0, 6.0, 15.0]
    assert batch.observe(["k_double"])["k_double"].tolist() == [0.2, 0.2, 0.2]


def test_infusion_then_bolus(model):
    """Inputs hold until changed; each patient may have its own."""
    k, rates, bolus = 0.7, np.array([0.0, 1.0, 4.0]), np.array([2.0, 0.0, 1.0])
    batch = model.batch(size=3, rtol=1e-8)
    batch.advance(0.5, {"rate": rates})
    batch.advance(1.0)
    infused = rates / k * (1 - np.exp(-k))
    assert batch.observe(["amount"])["amount"] == pytest.approx(infused, rel=1e-7)
    batch.add("amount", bolus)
    assert batch.observe(["amount"])["amount"] == pytest.approx(infused + bolus, rel=1e-7)
    batch.advance(3.0, {"rate": 0.0})
    left = (infused + bolus) * np.exp(-2 * k)
    seen = batch.observe(["amount", "half", "rate"])
    assert seen["amount"] == pytest.approx(left, rel=1e-6)
    assert seen["half"] == pytest.approx(left / 2, rel=1e-6)
    assert seen["rate"].tolist() == [0.0, 0.0, 0.0]
    assert batch.time == 3.0


def test_cutting_an_advance_changes_little(model):
    """Many short advances remember the step size: few steps, same answer."""
    whole, cut = (model.batch(rtol=1e-6) for _ in range(2))
    whole.advance(10.0, {"rate": 1.0})
    cut.advance(0.01, {"rate": 1.0})
    for k in range(1, 40):
        cut.advance(k / 4)
    cut.advance(10.0)
    assert cut.steps[0] <= whole.steps[0] + 2 * 41
    one, other = (b.observe(["amount"])["amount"] for b in (whole, cut))
    assert one == pytest.approx(other, rel=1e-5)


def test_times_that_differ_by_rounding_are_equal(model):
    batch = model.batch()
    for _ in range(10):
        batch.advance(batch.time + 0.1)
    steps = batch.steps[0]
    batch.advance(1.0)
    batch.advance(1.0 - 1e-14)
    assert batch.steps[0] == steps
    assert batch.time == pytest.approx(1.0)


def test_observed_arrays_are_copies(model):
    batch = model.batch(size=4)
    seen = batch.observe(["trace"])["trace"]
    seen[:] = -1
    assert (batch.observe(["trace"])["trace"] == 6.0).all()


def test_a_model_can_be_sent_to_another_process(model):
    again = pickle.loads(pickle.dumps(model))
    one, other = (m.batch({"k": [0.1, 0.2]}) for m in (model, again))
    for batch in (one, other):
        batch.advance(3.0, {"rate": 2.0})
    assert one.observe(["half"])["half"].tobytes() == other.observe(["half"])["half"].tobytes()


def test_models_may_be_made_in_several_threads():
    def made(k):
        batch = Model.from_antimony(f"x = 1; x' = -{k}*x", f"thread {k}").batch(rtol=1e-8)
        batch.advance(1.0)
        return batch.observe(["x"])["x"][0]

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(made, range(1, 9)))
    assert found == pytest.approx(np.exp(-np.arange(1.0, 9.0)), rel=1e-6)


def test_wrong_use_is_named(model):
    with pytest.raises(InputError, match=r"parameter = 'K'.*did you mean k"):
        model.batch({"K": 1.0})
    with pytest.raises(InputError, match="computed by the model"):
        model.batch({"k_double": 1.0})
    with pytest.raises(InputError, match="is an input"):
        model.batch({"rate": 1.0})
    with pytest.raises(InputError, match=r"array \(2,\)"):
        model.batch({"k": [1.0, 2.0]}, size=3)
    with pytest.raises(InputError, match="finite"):
        model.batch({"k": [1.0, np.nan]})
    with pytest.raises(InputError, match="rtol"):
        model.batch(rtol=0.5)
    with pytest.raises(InputError, match="rodas4"):
        model.batch(method="euler")
    with pytest.raises(InputError, match="width"):
        model.batch(width=3)
    with pytest.raises(InputError, match="size"):
        model.batch(size=0)
    with pytest.raises(InputError, match="scale of amount"):
        model.batch(scale={"amount": 0.0})
    batch = model.batch(size=2)
    batch.advance(1.0)
    with pytest.raises(InputError, match=r"until = 0\.5"):
        batch.advance(0.5)
    with pytest.raises(InputError, match="until"):
        batch.advance(float("nan"))
    with pytest.raises(InputError, match="must be one of: rate"):
        batch.advance(2.0, {"dose": 1.0})
    with pytest.raises(InputError, match="finite"):
        batch.advance(2.0, {"rate": np.nan})
    with pytest.raises(InputError, match="observable = 'x'"):
        batch.observe(["x"])
    with pytest.raises(InputError, match="state = 'half'"):
        batch.add("half", 1.0)
    with pytest.raises(InputError, match="patient = 2"):
        batch.failure(2)


def test_calls_are_cheap(model):
    """A closed loop calls hundreds of times; the call itself must cost next to nothing."""
    batch = model.batch(size=64, rtol=1e-3)
    rate = np.linspace(0, 1, 64)
    batch.advance(1.0)
    best = np.inf
    for _ in range(5):
        start = time.process_time()
        for _ in range(100):
            batch.advance(batch.time + 1e-9, {"rate": rate})
        best = min(best, (time.process_time() - start) / 100)
    assert best < 200e-6
