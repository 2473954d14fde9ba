import numpy as np
import pytest

from aldesim.drug import load_molecule
from aldesim.errors import InputError
from aldesim.regimen import load_regimen
from aldesim.trial.body import begin, give, stop_infusions
from aldesim.trial.protocol import prepare


@pytest.mark.parametrize(("route", "peak_share"), [("IV_bolus", 1.0), ("SC", 0.2), ("oral", 0.0)])
def test_route_decides_what_reaches_the_blood(scenario, route, peak_share):
    protocol = prepare(scenario)
    _, batch = begin(protocol, np.arange(4))
    slot = load_regimen("single_bolus").slots()[0]
    give(protocol, batch, {}, type(slot)(**(vars(slot) | {"route": route})), np.full(4, 6e6))
    levels = []
    for hour in range(1, 13):
        batch.advance(hour / 24)
        levels.append(batch.observe(["il2_plasma"])["il2_plasma"])
    peak = np.max(levels, axis=0) / load_molecule("aldesleukin").pmol(6e6)
    assert (peak <= peak_share).all()
    assert (peak > 0).all() == (route != "oral")


def test_releasable_conjugate_acts_late_and_long(scenario):
    protocol = prepare(scenario)
    slot = load_regimen("high_dose").slots()[0]
    courses = []
    for releasable in (False, True):
        molecule = protocol.molecule.model_copy(update={"releasable": releasable})
        changed = type(protocol)(**(vars(protocol) | {"molecule": molecule}))
        _, batch = begin(changed, np.arange(4))
        inputs = {"infusion_rate": np.zeros(4), "prodrug_rate": np.zeros(4)}
        give(changed, batch, inputs, slot, np.full(4, 40e6))
        batch.advance(slot.duration, inputs)
        stop_infusions(inputs)
        levels = [batch.observe(["il2_plasma"])["il2_plasma"]]
        for day in (0.5, 1.0, 2.0):
            batch.advance(day, inputs)
            levels.append(batch.observe(["il2_plasma"])["il2_plasma"])
        courses.append(levels)
    at_once, released = courses
    assert (released[0] < 0.05 * at_once[0]).all()
    assert (released[3] > at_once[3]).all()


def test_molecule_without_units_of_activity_is_refused_before_the_trial(scenario):
    with pytest.raises(InputError, match="specific_activity"):
        prepare(scenario.model_copy(update={"molecule": "IL2v"}))
