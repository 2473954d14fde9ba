import os
import signal
import subprocess
import sys
import time

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from aldesim.errors import InputError
from aldesim.trial import TrialResult, run
from aldesim.trial.run_folder import TABLES, RunFolder


def same_tables(a: TrialResult, b: TrialResult) -> None:
    for name in TABLES:
        assert_frame_equal(getattr(a, name).collect(), getattr(b, name).collect(), check_exact=True)


@pytest.mark.parametrize(("workers", "chunk"), [(1, 48), (2, 20)])
def test_bits_do_not_depend_on_workers_or_chunks(result, scenario, tmp_path, workers, chunk):
    same_tables(result, run(scenario, out=tmp_path / "again", workers=workers, chunk=chunk))


def test_a_patient_is_the_same_in_a_larger_trial(result, scenario, tmp_path):
    larger = run(scenario, patients=60, out=tmp_path / "larger")
    first = larger.patients.filter(pl.col("id") < 48).collect()
    assert_frame_equal(first, result.patients.collect(), check_exact=True)


def test_another_seed_gives_other_patients(result, scenario, tmp_path):
    other = run(scenario, seed=5, out=tmp_path / "other", patients=8).patients.collect()
    assert (other["age"] != result.patients.head(8).collect()["age"]).any()


SLOW_RUN = """
import sys
from aldesim.trial import load_scenario, run
scenario = load_scenario("high-dose-melanoma").model_copy(
    update={"patients": 48, "follow_up_days": 190}
)
run(scenario, out=sys.argv[1], workers=1, chunk=4)
"""


def test_killed_run_resumes_to_the_same_bits(result, scenario, tmp_path):
    out = tmp_path / "killed"
    process = subprocess.Popen([sys.executable, "-c", SLOW_RUN, str(out)])
    folder = RunFolder(out)
    deadline = time.monotonic() + 60
    while len(folder.done()) < 2 and time.monotonic() < deadline and process.poll() is None:
        time.sleep(0.005)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert folder.done(), "the run was killed before its first part"
    assert not folder.is_complete(), "the run ended before it could be killed"
    same_tables(result, run(scenario, out=out, workers=2, chunk=25))


def test_finished_run_is_not_computed_again(result, scenario):
    before = result.folder.joinpath("patients.parquet").stat().st_mtime_ns
    again = run(scenario, out=result.folder)
    assert result.folder.joinpath("patients.parquet").stat().st_mtime_ns == before
    same_tables(result, again)


def test_interruption_leaves_whole_parts_only(scenario, tmp_path):
    class StopError(Exception):
        pass

    def stop_midway(done, total):
        if done > total / 3:
            raise StopError

    out = tmp_path / "interrupted"
    with pytest.raises(StopError):
        run(scenario, out=out, workers=1, chunk=4, progress=stop_midway)
    folder = RunFolder(out)
    assert not folder.is_complete()
    for first, last in folder.done():
        part = folder.parts / f"{first:09d}-{last:09d}"
        assert {file.stem for file in part.iterdir()} == set(TABLES)


def test_folder_of_another_run_is_refused_and_untouched(result, scenario):
    before = sorted((f.name, f.stat().st_mtime_ns) for f in result.folder.iterdir())
    with pytest.raises(InputError, match="holds another run"):
        run(scenario, seed=9, out=result.folder)
    assert sorted((f.name, f.stat().st_mtime_ns) for f in result.folder.iterdir()) == before


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"patients": 0}, "patients = 0: must be within 1"),
        ({"seed": -1}, "seed = -1: must be within 0"),
        ({"workers": 0}, "workers = 0: must be 1 or more"),
        ({"chunk": 0}, "chunk = 0: must be 1 or more"),
    ],
)
def test_bad_arguments_are_named(arguments, message):
    with pytest.raises(InputError, match=message):
        run("high-dose-melanoma", **arguments)


def test_ledger_adds_up(result):
    doses = result.doses.collect()
    patients = result.patients.collect()
    given = doses.filter(pl.col("given_IU") > 0).group_by("id").len().sort("id")
    expected = patients.filter(pl.col("doses_given") > 0).sort("id")["doses_given"]
    np.testing.assert_array_equal(given["len"], expected)
    assert (patients["doses_given"] <= patients["doses_planned"]).all()
    reasons = doses["reasons"].str.len_chars() > 0
    assert ((doses["action"] == "give") != reasons).all(), "a dose is withheld if and only if why"
    weight = doses.join(patients.select("id", "body_weight"), on="id")
    np.testing.assert_allclose(weight["planned_IU"], 600_000 * weight["body_weight"])


def test_doses_fall_eight_hours_apart(result):
    times = result.doses.filter(pl.col("id") == 0, pl.col("cycle") == 1).collect()["time"]
    np.testing.assert_allclose(np.diff(times.to_numpy()), 1 / 3)


def test_nobody_is_treated_or_scanned_after_death(result):
    dead = result.patients.filter("died").select("id", "death_day").collect()
    for table in (result.doses, result.scans):
        rows = table.collect().join(dead, on="id")
        assert (rows["time"] <= rows["death_day"]).all()


def test_extremes_agree_with_the_courses(result):
    seen = result.courses.with_columns(pl.col("albumin").fill_nan(None))
    lowest = seen.group_by("id").agg(pl.col("albumin").min()).sort("id").collect()
    patients = result.patients.collect()
    assert (patients["albumin_min"] <= lowest["albumin"] + 1e-5).all()


def test_parameters_of_the_scenario_reach_the_bodies(scenario, tmp_path):
    quiet = scenario.model_copy(update={"patients": 8, "parameters": {"K_beta_gamma": 1e12}})
    deaf = run(quiet, out=tmp_path / "deaf").courses.collect()
    usual = run(scenario, patients=8, out=tmp_path / "usual").courses.collect()
    assert deaf["NK"].max() < 0.5 * usual["NK"].max()


def test_unknown_parameter_is_named(scenario):
    wrong = scenario.model_copy(update={"parameters": {"flux_capacitance": 1.21}})
    with pytest.raises(InputError, match="flux_capacitance"):
        run(wrong)
