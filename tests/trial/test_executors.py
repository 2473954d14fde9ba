"""Whoever computes the chunks, the bits are the same."""

import json
from concurrent.futures import ThreadPoolExecutor

import polars as pl
import pytest

from aldesim.commands.cluster import cluster
from aldesim.errors import InputError
from aldesim.trial import load_scenario, run
from aldesim.trial.chunks import treat_chunk
from aldesim.trial.protocol import prepare
from aldesim.trial.run_folder import TABLES


@pytest.fixture(scope="module")
def scenario():
    """Doses at home, which are the quickest to simulate."""
    base = load_scenario("subcutaneous-renal-cell")
    return base.model_copy(update={"patients": 12, "follow_up_days": 40, "scan_days": (40,)})


@pytest.fixture(scope="module")
def here(scenario, tmp_path_factory):
    return run(scenario, out=tmp_path_factory.mktemp("here") / "run", workers=2, chunk=8)


def same(one, other):
    for name in TABLES:
        frames = [pl.read_parquet(run.folder / f"{name}.parquet") for run in (one, other)]
        assert frames[0].equals(frames[1], null_equal=True), name


def test_an_executor_of_one_s_own_gives_the_same_bits(scenario, here, tmp_path):
    with ThreadPoolExecutor(2) as threads:
        same(here, run(scenario, out=tmp_path / "threads", chunk=5, executor=threads))


# Dask's own shutdown leaves sockets to the garbage collector.
@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_dask_cluster_gives_the_same_bits(scenario, here, tmp_path):
    from distributed import LocalCluster

    with LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None,
        local_directory=str(tmp_path / "dask"), host="127.0.0.1",
    ) as workers, cluster(workers.scheduler_address) as executor:  # fmt: skip
        told = []
        found = run(
            scenario,
            out=tmp_path / "dask-run",
            chunk=6,
            executor=executor,
            progress=lambda done, total: told.append((done, total)),
        )
        with pytest.raises(InputError, match="not seen by"):
            executor.submit(
                treat_chunk, *_task(scenario), (0, 1), str(tmp_path / "elsewhere")
            ).result()
    same(here, found)
    assert told[-1] == (12, 12)


def _task(scenario):
    protocol = prepare(scenario)
    return json.dumps(protocol.inputs), protocol.identity, protocol.patients(0, 1)


def test_a_worker_of_another_version_is_refused(scenario, tmp_path):
    inputs, _, patients = _task(scenario)
    with pytest.raises(InputError, match="same version"):
        treat_chunk(inputs, "0" * 64, patients, (0, 1), str(tmp_path))


def test_an_address_where_nobody_answers_is_one_line(monkeypatch):
    monkeypatch.setattr("aldesim.commands.cluster.PATIENCE_S", 0.3)
    with pytest.raises(InputError, match="no scheduler answers") as error, cluster("tcp://[::1]:9"):
        pass
    assert "\n" not in str(error.value)
