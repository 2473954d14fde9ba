import numpy as np
import polars as pl
import pytest

from aldesim import model
from aldesim.errors import InputError
from aldesim.evidence.drive import drive, given_IU, planned_IU, set_levels, slot_minutes
from aldesim.evidence.plan import load_plan
from aldesim.population import draw
from aldesim.trial import load_scenario, run
from aldesim.trial.protocol import prepare

IDS = np.arange(6)


def test_a_frozen_trial_gives_the_courses_of_the_trial(tmp_path):
    scenario = load_scenario("high-dose-melanoma").model_copy(
        update={"patients": 6, "follow_up_days": 60}
    )
    result = run(scenario, out=tmp_path / "run", workers=1)
    protocol = prepare(scenario)
    watch = slot_minutes(protocol)
    seen = drive(
        protocol,
        IDS,
        dose_IU=given_IU(protocol, result.doses.collect(), IDS),
        watch=watch,
        observe=["MAP", "il2_plasma", "SVR"],
        orders=result.orders.collect(),
    )
    kept = result.courses.filter(pl.col("time").is_in((watch / 1440).tolist())).collect()
    for sign, scale in (("MAP", 1.0), ("il2_plasma", 50.0)):
        expected = kept[sign].to_numpy().reshape(len(IDS), -1).T
        assert seen[sign] == pytest.approx(expected, abs=scale, rel=0.01, nan_ok=True)


def test_planned_doses_follow_weight_or_surface():
    protocol = prepare(load_plan().experiment("single-bolus").scenario)
    virtual = draw(protocol.population, model.parameter_table(), 1, IDS)
    planned = planned_IU(protocol, virtual)
    assert planned[0] == pytest.approx(6e6 * virtual.covariates["BSA"])


def test_levels_are_set_in_tissue_and_raise_occupancy():
    protocol = prepare(load_plan().experiment("resting-blood").scenario)
    levels, seen = set_levels(protocol, IDS, (1.0, 1e6), ["occupancy_Treg", "il2_tissue"])
    assert seen["il2_tissue"] == pytest.approx(np.repeat(levels[:, None], 6, axis=1), rel=1e-6)
    assert (np.diff(seen["occupancy_Treg"], axis=0) >= 0).all()


def test_unknown_observables_and_inputs_are_refused():
    protocol = prepare(load_plan().experiment("single-bolus").scenario)
    dose, watch = np.zeros((1, 6)), np.array([0, 60])
    with pytest.raises(InputError, match="mood"):
        drive(protocol, IDS, dose_IU=dose, watch=watch, observe=["mood"])
    with pytest.raises(InputError, match="magic"):
        drive(protocol, IDS, dose_IU=dose, watch=watch, observe=["MAP"], inputs={"magic": [(0, 1)]})


def test_an_input_in_steps_holds_from_its_day_on():
    protocol = prepare(load_plan().experiment("hiv-none").scenario)
    watch = 1440 * np.array([0, 50, 60, 200])
    course = {}
    for name, steps in {"none": [], "failing": [(55.0, -5.8)]}.items():
        course[name] = drive(
            protocol,
            IDS,
            dose_IU=np.zeros((1, 6)),
            watch=watch,
            observe=["viral_load"],
            inputs={"antiretroviral": steps},
        )["viral_load"]
    assert course["failing"][:2] == pytest.approx(course["none"][:2], rel=1e-3)
    assert (course["failing"][2:] > 3 * course["none"][2:]).all()
    # Cells wane slowly beside the virus, and the virus with them; nothing is switched.
    assert course["none"][3] == pytest.approx(course["none"][0], rel=0.2)
    assert course["none"][2] == pytest.approx(course["none"][1], rel=0.02)


def test_steps_out_of_order_are_refused(tmp_path):
    plan = tmp_path / "plan.yaml"
    plan.write_text(
        "experiments:\n  - {id: hiv-none, how: course, observe: [MAP],"
        " watch: [{every_min: 60, until_h: 1}],"
        " inputs: {antiretroviral: [{day: 9, value: 0}, {day: 2, value: 1}]}}\n"
    )
    with pytest.raises(InputError, match="antiretroviral must follow one another"):
        load_plan(plan)


def test_files_that_a_scenario_names_lie_beside_it():
    scenario = load_plan().experiment("early-years-melanoma").scenario
    assert prepare(scenario).support.maintenance.mL_per_h == 153
