import shutil

import numpy as np
import polars as pl
import pytest

from aldesim.errors import InputError
from aldesim.trial.journal import COURSE_SIGNS
from aldesim.trial.replay import check_replay, replay
from aldesim.trial.result import TrialResult


def test_replay_gives_the_same_course_to_the_last_bit(result):
    patients = [0, 7, 47]
    rebuilt = replay(result, patients)
    kept = result.courses.filter(pl.col("id").is_in(patients)).collect()
    both = kept.join(rebuilt, on=["id", "time"], suffix="_again", validate="1:1")
    assert len(both) == len(kept)
    for sign in COURSE_SIGNS:
        np.testing.assert_array_equal(both[sign], both[f"{sign}_again"], err_msg=sign)


def test_replay_is_hourly_in_hospital(result):
    hours = replay(result, [3]).filter(pl.col("time") <= 4.0)["time"].to_numpy() * 24
    assert set(range(97)) <= set(np.round(hours, 6).tolist())


def test_replay_of_nobody_there_is_refused(result):
    with pytest.raises(InputError, match="patients = 48: must be within 0 and 47"):
        replay(result, [48])


def test_replay_with_another_model_is_refused(result):
    changed = result.manifest | {"hashes": result.manifest["hashes"] | {"model": "0" * 64}}
    with pytest.raises(InputError, match=r"hashes\.model"):
        replay(TrialResult(result.folder, changed), [0])


def test_every_run_checks_a_sample(result):
    check = result.manifest["replay"]
    assert check["max_difference"] == 0
    assert check["patients"][0] == 0
    assert check["patients"][-1] == 47
    assert check["values"] > 10_000


def test_check_finds_a_dose_that_the_ledger_lacks(result, tmp_path):
    folder = tmp_path / "tampered"
    shutil.copytree(result.folder, folder)
    ledger = pl.read_parquet(folder / "doses.parquet")
    first = (pl.col("id") == 0) & (pl.col("slot") == 1)
    ledger.with_columns(given_IU=pl.when(first).then(0.0).otherwise("given_IU")).write_parquet(
        folder / "doses.parquet"
    )
    assert check_replay(TrialResult(folder, result.manifest)).max_difference > 1
