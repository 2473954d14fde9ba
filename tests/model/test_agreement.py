"""The compiled model against libroadrunner (CVODE at 1e-10): the same SBML, patients and doses."""

import numpy as np
import pytest

from aldesim import model
from aldesim.drug import load_molecule
from aldesim.population import draw, load_population
from aldesim.regimen import load_regimen

PATIENTS = np.arange(8)


def course():
    """Two cycles of 600,000 IU/kg: (until, infusion rate, pressor on) in days and pmol/day."""
    slots = load_regimen("high_dose").slots()
    rate = load_molecule("aldesleukin").pmol(600e3 * 80) / slots.duration[0]
    segments = []
    for k, start in enumerate(slots.time):
        stop = start + slots.duration[k]
        following = slots.time[k + 1] if k + 1 < len(slots) else start + 10
        segments += [(stop, rate, 1.0), (following, 0.0, 1.0)]
    return segments


@pytest.fixture(scope="module")
def patients():
    drawn = draw(load_population("melanoma"), model.parameter_table(), 11, PATIENTS).parameters
    return {name: values for name, values in drawn.items() if name in model.load().parameters}


@pytest.fixture(scope="module")
def reference(patients):
    import roadrunner

    il2 = model.load()
    runner = roadrunner.RoadRunner(il2.sbml)
    runner.timeCourseSelections = list(il2.states)
    scale = np.array([model.state_scales()[name] for name in il2.states])
    runner.integrator.relative_tolerance = 1e-10
    runner.integrator.absolute_tolerance = list(1e-13 * scale)
    runner.integrator.maximum_num_steps = 1_000_000
    seen = []
    for i in PATIENTS:
        runner.resetAll()
        for name, values in patients.items():
            runner[name] = values[i]
        runner.reset()
        rows, last = [], 0.0
        for until, rate, pressor in course():
            runner["infusion_rate"], runner["pressor_on"] = rate, pressor
            rows.append(np.array(runner.simulate(last, until, 2))[-1])
            last = until
        seen.append(rows)
    return np.array(seen)  # patient, instant, state


def test_every_state_agrees_all_along_two_cycles(patients, reference):
    il2 = model.load()
    batch = il2.batch(patients, len(PATIENTS), rtol=1e-7, scale=model.state_scales())
    for instant, (until, rate, pressor) in enumerate(course()):
        batch.advance(until, {"infusion_rate": rate, "pressor_on": pressor})
        values = np.stack(list(batch.observe(il2.states).values()), axis=1)
        expected = reference[:, instant]
        scale = np.array([model.state_scales()[name] for name in il2.states])
        error = np.abs(values - expected) / np.maximum(np.abs(expected), scale)
        worst = np.unravel_index(error.argmax(), error.shape)
        assert error.max() < 1e-4, (until, il2.states[worst[1]], values[worst], expected[worst])
