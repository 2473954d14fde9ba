"""Runs a virtual trial: chunks of patients over workers into a run folder, resumable."""

import os
import platform
import shlex
import time
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from aldesim import __version__
from aldesim.errors import InputError
from aldesim.trial.chunks import compute
from aldesim.trial.gaps import orders_not_simulated, rules_not_evaluated, supplied_signs
from aldesim.trial.protocol import Protocol, prepare
from aldesim.trial.result import TrialResult
from aldesim.trial.run_folder import RunFolder
from aldesim.trial.scenario import Scenario, load_scenario
from aldesim.trial.versions import Versions

CHUNK = 256
RUNS = Path("runs")


def run(
    scenario: Scenario | str | Path,
    *,
    patients: int | None = None,
    seed: int | None = None,
    versions: Versions | None = None,
    out: str | Path | None = None,
    workers: int | None = None,
    chunk: int | None = None,
    executor: Executor | None = None,
    progress: Callable[[float, int], None] | None = None,
) -> TrialResult:
    """Finished trial of a scenario, computed or resumed.

    Killed at any moment, the same call goes on where it stopped and ends with the same bits,
    whatever the number of workers or the chunk size.

    Parameters
    ----------
    scenario : Scenario, str or Path
        A scenario, a name on the shelf or a path of a YAML file.
    patients, seed : int, optional
        Instead of the scenario's own.
    versions : Versions, optional
        Versions of the population: the same patients are treated under each, and intervals hold
        what differs between them; `aldesim.calibration.posterior_versions` makes them of what a
        calibration left open.
    out : path, optional
        Run folder; default `runs/NAME-HASH` where the hash covers every input.
    workers : int, optional
        Chunks computed at the same time; default the machine's cores.
    chunk : int, optional
        Patients per chunk; default 256.
    executor : Executor, optional
        Takes the chunks instead of threads: a process pool, or a Dask cluster by
        `client.get_executor()`. All its workers must see the run folder.
    progress : callable, optional
        Called with patients done (fractions for chunks under way) and their total.

    Returns
    -------
    TrialResult

    Raises
    ------
    InputError
        If something given is wrong, or the folder holds another run.

    Examples
    --------
    >>> import aldesim
    >>> result = aldesim.run("high-dose-melanoma", patients=8)  # doctest: +SKIP
    >>> result.patients.collect()["best_response"]  # doctest: +SKIP
    """
    workers = _at_least_one("workers", workers, os.cpu_count() or 1)
    chunk = _at_least_one("chunk", chunk, CHUNK)
    chosen = _resolve(scenario, patients, seed)
    protocol = prepare(chosen, versions.populations if versions else ())
    place = Path(out) if out else RUNS / f"{chosen.name}-{protocol.identity[:8]}"
    folder = RunFolder(place)
    manifest = folder.open(_manifest(protocol, place, versions))
    if not folder.is_complete():
        started = time.monotonic()
        tell = progress or (lambda done, total: None)
        compute(protocol, folder, chunk, workers, executor, tell)
        folder.join()
        manifest |= {
            "failed": _failed(folder),
            "replay": _replayed(TrialResult(folder.path, manifest)),
            "wall_seconds": time.monotonic() - started,
        }
        folder.write_manifest(manifest)
    return TrialResult(folder.path, manifest)


def _resolve(scenario: Scenario | str | Path, patients: int | None, seed: int | None) -> Scenario:
    found = scenario if isinstance(scenario, Scenario) else load_scenario(scenario)
    changes = {"patients": patients, "seed": seed}
    limits = {"patients": (1, 10_000_000), "seed": (0, 2**63 - 1)}
    for name, value in changes.items():
        low, high = limits[name]
        if value is not None and not low <= value <= high:
            raise InputError("run", name, value, f"must be within {low:,} and {high:,}")
    return found.model_copy(update={k: v for k, v in changes.items() if v is not None})


def _at_least_one(name: str, value: int | None, default: int) -> int:
    if value is not None and value < 1:
        raise InputError("run", name, value, "must be 1 or more")
    return value or default


def _manifest(protocol: Protocol, place: Path, versions: Versions | None) -> dict[str, Any]:
    import llvmlite
    import polars

    scenario = protocol.scenario
    command = ["aldesim", "run", scenario.name, "--patients", str(scenario.patients)]
    command += ["--seed", str(scenario.seed), "--out", str(place)]
    command += versions.option if versions else ()
    return {
        "identity": protocol.identity,
        "scenario": protocol.inputs["scenario"],
        "inputs": protocol.inputs,
        "command": shlex.join(command),
        "versions": {
            "aldesim": __version__,
            "python": platform.python_version(),
            "numpy": np.__version__,
            "llvmlite": llvmlite.__version__,
            "polars": polars.__version__,
            "machine": platform.machine(),
        },
        "hashes": protocol.hashes,
        "not_evaluated": rules_not_evaluated(protocol.rules, supplied_signs(protocol.event_kinds)),
        "not_simulated": orders_not_simulated(protocol.support, protocol.model.inputs),
        "screening": _screened(protocol),
        "uncertainty": versions and {"versions": len(versions.populations), "of": versions.origin},
        "failed": [],
    }


def _replayed(result: TrialResult) -> dict[str, Any]:
    """Outcome of the frozen replay check: a sample rebuilt from the ledger and the orders."""
    from aldesim.trial.replay import check_replay

    return asdict(check_replay(result))


def _screened(protocol: Protocol) -> dict[str, Any] | None:
    if protocol.criteria is None or protocol.enrolled is None:
        return None
    return protocol.enrolled.summary(protocol.criteria)


def _failed(folder: RunFolder) -> list[dict[str, Any]]:
    import polars as pl

    frame = pl.scan_parquet(folder.table("patients")).filter(pl.col("status") != "ok")
    return frame.select("id", reason="status").collect().to_dicts()
