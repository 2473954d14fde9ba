import json
from pathlib import Path

import numpy as np
import pytest

from aldesim import model
from aldesim.calibration import (
    calibrate,
    load_calibration,
    load_posterior,
    posterior_versions,
)
from aldesim.calibration.members import applied, members
from aldesim.calibration.plan import Unknown
from aldesim.calibration.predictive import predictive
from aldesim.calibration.summary import discrepancy_variance, figure, natural, published
from aldesim.errors import InputError
from aldesim.evidence import load_plan
from aldesim.evidence.readouts.values import Values
from aldesim.population import draw, load_population
from aldesim.report.calibration import write_calibration
from aldesim.trial.protocol import prepare

SMALL = """
title: Clearance of a bolus
seed: 3
ensemble: 10
rounds: 2
refinements: 1
discrepancy: {size: 0.02, reason: of a test}
patients: {single-bolus: 12, infusion-6h: 12}
reference: 2
parameters:
  - id: clearance
    title: clearance, median of patients [L/d]
    parameter: linear_clearance
    prior: {median: 250, sd: 0.5, reason: far from the truth}
  - id: volume
    title: volume for each kg [L/kg]
    parameter: central_volume_per_kg
    prior: {median: 0.04, sd: 0.3, reason: near it}
targets:
  - {group: clearance, rows: [iv-clearance]}
  - {group: level, rows: [iv-start-level]}
checks: [iv-infusion-level]
"""


@pytest.fixture
def small(tmp_path):
    file = tmp_path / "small.yaml"
    file.write_text(SMALL)
    return file


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    folder = tmp_path_factory.mktemp("calibration")
    file = folder / "small.yaml"
    file.write_text(SMALL)
    return calibrate(file, out=folder / "run", workers=2), folder


def test_parameters_move_to_where_the_targets_are_met(found):
    result, _ = found
    clearance, volume = result.learned
    assert clearance.posterior[1] < 220 < clearance.prior[1]  # 120 mL/min and receptors besides
    assert clearance.contraction > 0.5
    assert clearance.informed_by[0][0] == "clearance"
    assert volume.informed_by[0][0] == "level"
    targets = {one.id: one for one in result.fits}
    assert targets["iv-clearance"].predicted.inside
    assert targets["iv-clearance"].left_out is not None
    assert targets["iv-infusion-level"].group == ""
    # Without the group that informs it the parameter is the prior's again.
    wide = targets["iv-clearance"].left_out
    narrow = targets["iv-clearance"].predicted
    assert wide.high - wide.low > 1.5 * (narrow.high - narrow.low)


def test_a_killed_calibration_goes_on_and_ends_with_the_same_bits(found):
    result, folder = found
    posterior = (folder / "run/posterior.tsv").read_bytes()
    files = sorted((folder / "run/evaluations").rglob("*.npz"))
    for file in files[::3]:
        file.unlink()
    kept = {file: file.stat().st_mtime_ns for file in files[1::3]}
    told = []
    again = calibrate(
        folder / "small.yaml",
        out=folder / "run",
        workers=1,
        progress=lambda done, total: told.append((done, total)),
    )
    assert (folder / "run/posterior.tsv").read_bytes() == posterior
    assert {file: file.stat().st_mtime_ns for file in kept} == kept
    np.testing.assert_array_equal(again.draws, result.draws)
    assert told and all(done <= total for done, total in told)


def test_what_is_written_can_be_read_and_shown(found, tmp_path):
    result, folder = found
    content = json.loads((folder / "run/calibration.json").read_text())
    assert [one["id"] for one in content["learned"]] == ["clearance", "volume"]
    drawn = load_posterior(folder / "run/posterior.tsv", result.plan)
    np.testing.assert_allclose(drawn.values, result.draws, rtol=1e-5)
    page = write_calibration(result, tmp_path / "page.html", "aldesim calibrate").read_text()
    assert "iv-clearance" in page and "far from the truth" in page
    assert "https://" not in page.replace("http://www.w3.org/2000/svg", "")
    with pytest.raises(InputError, match="columns"):
        load_posterior(folder / "run/posterior.tsv")
    with pytest.raises(InputError, match="no posterior"):
        load_posterior(tmp_path / "nothing.tsv")


def test_intervals_under_the_posterior_hold_its_uncertainty(found, tmp_path):
    result, folder = found
    drawn = load_posterior(folder / "run/posterior.tsv", result.plan)
    board = predictive(6, plan=result.plan, posterior=drawn, out=tmp_path, workers=2)
    assert [row.observation.id for row in board.rows] == [one.id for one in result.fits]
    assert board.rows[0].patients == 6 * 12
    assert (tmp_path / "scoreboard.json").exists()
    with pytest.raises(InputError, match="draws"):
        predictive(1, plan=result.plan, posterior=drawn, out=tmp_path)


def unknown(**changes):
    prior = {"median": 0.3, "sd": 0.5, "reason": "test"}
    return Unknown.model_validate({"id": "x", "title": "x", "prior": prior} | changes)


def test_a_member_is_what_the_changed_population_would_give():
    """Median and spread of a parameter, a covariate, a fixed parameter and a correlation."""
    unknowns = [
        unknown(parameter="linear_clearance", prior={"median": 100, "sd": 1, "reason": "t"}),
        unknown(parameter="linear_clearance", field="spread"),
        unknown(parameter="tumour_doubling_time", populations=("melanoma",)),
        unknown(parameter="disease_death_rate"),
        unknown(
            parameter="age",
            field="correlation",
            partner="linear_clearance",
            populations=("melanoma",),
            transform="atanh",
        ),
        unknown(parameter="resistant_share", populations=("renal_cell",)),
    ]
    values = np.array([210.0, 0.6, 44.0, 0.01, -0.5, 0.2])
    melanoma, own = load_population("melanoma"), model.parameter_table()
    population = applied(melanoma, unknowns, values)
    (change,) = [one for one in population.parameters if one.id == "linear_clearance"]
    assert change.value == 210 and change.spread == 0.6
    assert population.covariates["tumour_doubling_time"].parameters()[0] == 44
    drawn = draw(population, own, 1, np.arange(4000))
    assert np.median(drawn.parameters["linear_clearance"]) == pytest.approx(210, rel=0.05)
    assert np.corrcoef(drawn.covariates["age"], np.log(drawn.parameters["linear_clearance"]))[
        0, 1
    ] == pytest.approx(-0.5, abs=0.05)
    protocol = prepare(load_plan().experiment("high-dose-melanoma").scenario)
    (block,) = members(unknowns, values[np.newaxis])(protocol, np.arange(5))
    assert (block.parameters["disease_death_rate"] == 0.01).all()
    same = draw(population, own, protocol.scenario.seed, np.arange(5))
    np.testing.assert_array_equal(
        block.parameters["linear_clearance"], same.parameters["linear_clearance"]
    )
    plain = draw(melanoma, own, protocol.scenario.seed, np.arange(5))
    np.testing.assert_array_equal(
        block.parameters["resistant_share"], plain.parameters["resistant_share"]
    )


def test_what_a_population_says_itself_stands_before_biology():
    biology = [unknown(parameter="CTL_half_density"), unknown(parameter="age")]
    melanoma = load_population("melanoma")
    assert applied(melanoma, biology, np.array([1.0, 2.0])) == melanoma
    own = [biology[0].model_copy(update={"populations": ("melanoma",)})]
    assert applied(melanoma, own, np.array([1.0])) != melanoma


def test_versions_of_a_population_are_draws_of_the_shipped_posterior():
    melanoma = load_population("melanoma")
    versions = posterior_versions(melanoma, 3)
    draws = load_posterior()
    rows = draws.thinned(3)
    np.testing.assert_array_equal(rows[[0, -1]], draws.values[[0, -1]])
    rates = [
        change.value
        for one in versions.populations
        for change in one.parameters
        if change.id == "disease_death_rate"
    ]
    np.testing.assert_array_equal(rates, rows[:, draws.names.index("disease-death")])
    assert "3 of the" in versions.origin
    with pytest.raises(InputError, match="must be within 2 and"):
        posterior_versions(melanoma, 1)


def test_scores_and_values_are_inverse():
    for transform, median in (("log", 3.0), ("logit", 0.2), ("identity", -1.0), ("atanh", 0.4)):
        one = unknown(
            parameter="x", transform=transform, prior={"median": median, "sd": 0.5, "reason": "t"}
        )
        assert one.value(np.zeros(1))[0] == pytest.approx(median)
        assert one.score(float(one.value(np.array([1.3]))[0])) == pytest.approx(1.3)


def test_figures_are_smooth_versions_of_what_was_printed(observation):
    share = observation(kind="proportion", value=25.0, n=40)
    got = figure(share, Values(np.array([1.0, 0, 0, 0] * 25)))
    assert natural(share, np.array(got.value)) == pytest.approx(25, abs=0.3)
    assert got.unit_variance == pytest.approx(1 / (0.25 * 0.75), rel=0.02)
    months = observation(kind="survival", value=10.0)
    assert published(months) == 0
    free = figure(months, Values(np.linspace(0, 20, 201), np.ones(201, bool)))
    assert free.value == pytest.approx(0, abs=0.02)
    mean = observation(kind="mean", value=-40.0)
    assert figure(mean, Values(np.array([-30.0, -20, -40]))).value == pytest.approx(0.75)
    never = figure(observation(kind="timing"), Values(np.full(9, np.inf)))
    assert np.isfinite(never.value)
    assert np.isnan(figure(mean, Values(np.array([1.0, np.nan, np.nan]))).value)
    assert discrepancy_variance(mean, 0.05) == pytest.approx(0.0025)


def test_the_plan_of_the_package_is_sound():
    plan = load_calibration()
    assert all(one.prior.reason for one in plan.parameters)
    assert set(plan.patients) == {one.id for one in plan.evidence.experiments}


@pytest.mark.parametrize(
    ("old", "new", "match"),
    [
        ("rows: [iv-clearance]", "rows: [nonsense]", "no observation"),
        ("rows: [iv-start-level]", "rows: [iv-clearance]", "given twice"),
        ("parameter: linear_clearance", "parameter: nonsense", "no parameter of the model"),
        ("id: volume", "id: clearance", "unique"),
        ("infusion-6h: 12", "healthy-rest: 12", "without a number"),
        ("median: 250", "median: -1", "prior's median must be within"),
        ("ensemble: 10", "ensemble: many", "ensemble"),
        ("checks: [iv-infusion-level]", "checks: [sc-bioavailability]", "number|reference|two"),
    ],
)
def test_a_wrong_plan_is_refused_in_one_line(small, old, new, match, tmp_path):
    small.write_text(SMALL.replace(old, new))
    with pytest.raises(InputError, match=match) as error:
        calibrate(Path(small), out=tmp_path / "run")
    assert "\n" not in str(error.value)


def test_workers_must_be_one_or_more(small, tmp_path):
    with pytest.raises(InputError, match="workers"):
        calibrate(small, workers=0, out=tmp_path)
