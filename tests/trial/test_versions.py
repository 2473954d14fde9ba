"""A trial over versions of its population: the same patients, once for each version."""

import numpy as np
import polars as pl
import pytest

from aldesim.errors import InputError
from aldesim.population import load_population
from aldesim.population.schema import ParameterChange
from aldesim.trial import TrialResult, Versions, load_scenario, run
from aldesim.trial.replay import check_replay
from aldesim.trial.run_folder import TABLES

SIZE = 8


def changed(rate):
    population = load_population("renal_cell")
    more = ParameterChange(id="disease_death_rate", value=rate, source="a test")
    return population.model_copy(update={"parameters": (*population.parameters, more)})


VERSIONS = Versions((load_population("renal_cell"), changed(1e-9), changed(0.5)), "3 versions")


@pytest.fixture(scope="module")
def short():
    """Doses at home, which are the quickest to simulate."""
    scenario = load_scenario("subcutaneous-renal-cell")
    return scenario.model_copy(update={"patients": SIZE, "follow_up_days": 60})


@pytest.fixture(scope="module")
def over(short, tmp_path_factory):
    return run(short, versions=VERSIONS, out=tmp_path_factory.mktemp("versions"), workers=2)


def test_every_version_has_the_same_people_and_their_own_bodies(over):
    table = over.patients.collect()
    assert table["id"].to_list() == list(range(3 * SIZE)) and over.done == 3 * SIZE
    one, two, three = table.partition_by("version", maintain_order=True)
    for other in (two, three):
        assert one["patient"].to_list() == other["patient"].to_list()
        assert one["age"].to_list() == other["age"].to_list()
    assert two["died"].sum() == 0 and three["died"].sum() > SIZE / 2 > one["died"].sum()


def test_the_version_that_changes_nothing_is_the_plain_trial(over, short, tmp_path):
    plain = run(short, out=tmp_path / "plain", workers=2)
    for name in TABLES:
        first = getattr(over, name).filter(pl.col("id") < SIZE).collect()
        first = first.drop("version", "patient", strict=False)
        assert first.equals(getattr(plain, name).collect()), name
    assert plain.versions == 1 and over.versions == 3


def test_killed_and_resumed_with_other_chunks_it_has_the_same_bits(over, short, tmp_path):
    def stop_midway(done, total):
        if done > SIZE:
            raise KeyboardInterrupt

    folder = tmp_path / "again"
    with pytest.raises(KeyboardInterrupt):
        run(short, versions=VERSIONS, out=folder, workers=1, chunk=3, progress=stop_midway)
    again = run(short, versions=VERSIONS, out=folder, workers=2, chunk=5)
    for name in TABLES:
        assert getattr(again, name).collect().equals(getattr(over, name).collect()), name
    with pytest.raises(InputError, match="another run"):
        run(short, out=folder)


def test_patients_of_every_version_are_rebuilt_from_the_ledger(over):
    check = check_replay(TrialResult.open(over.folder), most=6)
    assert check.max_difference == 0.0 and np.ptp(check.patients) > SIZE


def test_a_version_of_another_population_is_refused(short, tmp_path):
    other = Versions((load_population("melanoma"),) * 2, "two")
    with pytest.raises(InputError, match=r"versions.*melanoma.*renal_cell"):
        run(short, versions=other, out=tmp_path)
