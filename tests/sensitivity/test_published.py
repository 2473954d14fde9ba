import math
import re
import xml.etree.ElementTree as ElementTree
from dataclasses import replace

import numpy as np
import pytest

from aldesim import model
from aldesim.errors import InputError
from aldesim.evidence import Plan, load_plan
from aldesim.evidence.experiments import Experimenter
from aldesim.evidence.plan import needed
from aldesim.evidence.readouts.values import Values
from aldesim.population.distributions import log_sd
from aldesim.report.figures.sensitivity import heat_map
from aldesim.sensitivity.choice import subjects
from aldesim.sensitivity.published import calibration_plan, sensitivity
from aldesim.sensitivity.shifts import scale_of, statistic
from aldesim.sensitivity.steps import FIXED_STEP, moved, simulate, step_of

NOTHING: dict[str, float] = {}
TABLE = model.parameter_table()
EVERYONE = np.arange(12)[np.newaxis]


@pytest.fixture(scope="module")
def plan():
    """Observations of quick experiments: levels after a bolus, cells at set concentrations."""
    full = load_plan()
    chosen = {"single-bolus", "resting-blood"}
    observations = tuple(
        one for one in full.observations if one.calibration and needed(one) <= chosen
    )
    return Plan(tuple(e for e in full.experiments if e.id in chosen), observations)


@pytest.fixture(scope="module")
def found(plan, tmp_path_factory):
    names = ["linear_clearance", "central_volume_per_kg", "CD25_Treg_0", "resistant_share"]
    folder = tmp_path_factory.mktemp("sensitivity")
    return sensitivity(plan, parameters=names, patients=24, workers=2, out=folder), folder


def shift_of(found, parameter, observation):
    row = [one.id for one in found.parameters].index(parameter)
    return found.shift[row, [one.id for one in found.observations].index(observation)]


@pytest.mark.parametrize("name", ["single-bolus", "early-years-melanoma"])
def test_nothing_moved_is_the_experiment_itself(name, tmp_path):
    full = load_plan().experiment(name)
    few = full.model_copy(update={"quick": 6})
    steps = ({"vasodilation_max": 1}, NOTHING)
    _, still = simulate(few, steps, 6)
    experimenter = Experimenter(tmp_path, quick=True)
    if few.how == "trial":
        experimenter.run_trial(few, 1, lambda done, total: None)
    alone = experimenter.simulate(few)
    for sign, course in alone.courses.items():
        np.testing.assert_array_equal(still.courses[sign], course)
    np.testing.assert_array_equal(still.dose_IU, alone.dose_IU)
    for table, rows in alone.tables.items():
        ours = still.tables[table]
        assert ours.select(rows.columns).cast(rows.schema).equals(rows), table


def test_only_the_moved_block_changes():
    experiment = load_plan().experiment("infusion-6h")
    steps = (NOTHING, {"linear_clearance": 1}, {"eosinophil_gain": 1})
    still, faster, unrelated = simulate(experiment, steps, 4)
    last = [one.courses["il2_plasma"][-1] for one in (still, faster, unrelated)]
    assert (last[1] < 0.95 * last[0]).all()
    np.testing.assert_allclose(last[2], last[0], rtol=1e-3)
    np.testing.assert_array_equal(still.dose_IU, faster.dose_IU)


def test_a_heavier_patient_gets_more_of_a_dose_by_weight():
    experiment = (
        load_plan()
        .experiment("low-dose-1")
        .model_copy(update={"watch": load_plan().experiment("infusion-6h").watch})
    )
    light, heavy = simulate(experiment, ({"body_weight": -1}, {"body_weight": 1}), 3)
    ratio = np.exp(2 * log_sd(TABLE["body_weight"].spread))
    weight = heavy.covariates["body_weight"] / light.covariates["body_weight"]
    np.testing.assert_allclose(weight, ratio)


def test_steps_keep_a_parameter_where_it_can_be():
    share, fixed = TABLE["resistant_share"], TABLE["T_pool_volume"]
    for sign in (-1, 1):
        assert 0 < moved(np.array([share.value]), share, sign)[0] < 1
        assert moved(np.array([fixed.value]), fixed, sign) == pytest.approx(
            fixed.value * (1 + sign * FIXED_STEP)
        )
    assert moved(np.array([97.0]), TABLE["SpO2_0"], 1) == pytest.approx(97.3)
    clearance = TABLE["linear_clearance"]
    up, down = (moved(np.array([100.0]), clearance, sign)[0] for sign in (1, -1))
    assert up * down == pytest.approx(1e4)
    assert step_of(fixed) == "10 %" and "lognormal" in step_of(clearance)


def test_directions_and_sizes_are_those_of_the_biology(found):
    result, _ = found
    clearance = shift_of(result, "linear_clearance", "iv-clearance")
    assert 0.1 < clearance < 0.45  # a spread of 0.3, part of clearance is by receptors
    assert shift_of(result, "linear_clearance", "iv-terminal-half-life") < 0
    assert abs(shift_of(result, "resistant_share", "iv-clearance")) < 0.01
    assert shift_of(result, "linear_clearance", "half-maximal-Treg-30") == 0
    assert result.leading("iv-clearance")[0][0] == "linear_clearance"


def test_a_second_call_computes_nothing_and_agrees(found, plan):
    result, folder = found
    before = {file: file.stat().st_mtime_ns for file in folder.iterdir()}
    names = [one.id for one in result.parameters]
    again = sensitivity(plan, parameters=names, patients=24, workers=1, out=folder)
    assert {file: file.stat().st_mtime_ns for file in folder.iterdir()} == before
    np.testing.assert_array_equal(again.shift, result.shift)
    np.testing.assert_array_equal(again.error, result.error)


def test_table_has_a_row_a_parameter_and_holds_clear_shifts_only(found, tmp_path):
    result, _ = found
    result.write(tmp_path / "shifts.tsv")
    lines = [line.split("\t") for line in (tmp_path / "shifts.tsv").read_text().splitlines()]
    assert lines[0][2:] == [one.id for one in result.observations]
    assert [line[0] for line in lines[1:]] == [one.id for one in result.parameters]
    assert sum(bool(cell) for line in lines[1:] for cell in line[2:]) == result.clear.sum()


def test_picture_names_every_row_and_column_and_asks_nothing_of_a_network(found):
    result, _ = found
    svg = heat_map(result)
    texts = {node.text for node in ElementTree.fromstring(svg).iter() if node.tag.endswith("text")}
    assert {one.id for one in result.parameters} <= texts
    assert {one.id for one in result.observations} <= texts
    assert re.findall(r"https?://(?!www\.w3\.org/2000/svg)", svg) == []
    assert "prefers-color-scheme:dark" in svg


def test_every_parameter_has_a_subject():
    assert set(TABLE) <= set(subjects())


def test_calibration_plan_has_just_those_rows():
    chosen = calibration_plan()
    assert {one.id for one in chosen.observations} == {
        one.id for one in load_plan().observations if one.calibration
    }
    assert {e.id for e in chosen.experiments} == set().union(*map(needed, chosen.observations))


def test_scale_is_the_interval_then_the_count_then_the_value(observation):
    assert scale_of(observation(interval_low=8.0, interval_high=14.0))[0] == 3.0
    assert scale_of(observation(value=-42.0))[0] == 42.0
    wide, narrow = (
        scale_of(observation(kind="proportion", value=20.0, n=n))[0] for n in (20, 2000)
    )
    assert 10 < wide < 20 and 1 < narrow < 2.5


def test_statistics_are_those_of_the_study(observation):
    values = Values(np.arange(12.0))
    assert statistic(observation(kind="mean"), values, EVERYONE) == pytest.approx(5.5)
    assert statistic(observation(kind="timing"), values, EVERYONE) == pytest.approx(5.5)
    assert statistic(observation(kind="proportion"), Values(np.eye(12)[0]), EVERYONE)[
        0
    ] == pytest.approx(100 / 12)
    low, high = (
        statistic(observation(kind=k, n=50), values, EVERYONE) for k in ("minimum", "maximum")
    )
    assert low == 0 and high == 11
    late = Values(np.where(np.arange(12) < 4, np.nan, np.arange(12.0)), np.ones(12, bool))
    assert statistic(observation(kind="survival"), late, EVERYONE) == 7
    few = Values(np.where(np.arange(12) < 9, np.nan, 1.0))
    assert math.isnan(statistic(observation(kind="mean"), few, EVERYONE)[0])


def test_wrong_input_is_refused(plan, tmp_path):
    with pytest.raises(InputError, match="no parameter"):
        sensitivity(plan, parameters=["nonsense"], out=tmp_path)
    with pytest.raises(InputError, match="patients"):
        sensitivity(plan, patients=2, out=tmp_path)
    with pytest.raises(InputError, match="workers"):
        sensitivity(plan, workers=0, out=tmp_path)
    with pytest.raises(InputError, match="experiment"):
        Plan((), (replace(plan.observations[0]),))
