"""Qualification: every experiment of a plan simulated, every observation scored."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from aldesim.errors import InputError
from aldesim.evidence.experiments import Experimenter
from aldesim.evidence.observations import Observation
from aldesim.evidence.plan import Experiment, Plan, load_plan
from aldesim.evidence.predict import predict
from aldesim.evidence.readouts import parse, read
from aldesim.evidence.scoreboard import Row, Scoreboard, make_row
from aldesim.evidence.simulated import Simulated
from aldesim.wholefile import make_folder

OUT = Path("runs/qualification")
CACHE = "experiments"


def qualify(
    plan: Plan | str | Path | None = None,
    *,
    quick: bool = False,
    workers: int | None = None,
    out: str | Path | None = None,
    progress: Callable[[float, int], None] | None = None,
) -> Scoreboard:
    """Scoreboard of the model against published numbers.

    An experiment whose inputs have not changed is not simulated again; killed at any moment, the
    same call goes on where it stopped.

    Parameters
    ----------
    plan : Plan, str or Path, optional
        A plan, or the path of its YAML file; by default that of the package.
    quick : bool
        Only the experiments marked quick, with few patients: to see that all works, not to judge.
    workers : int, optional
        Experiments, or chunks of a trial, computed at the same time; default the machine's cores.
    out : path, optional
        Folder of `scoreboard.json`, `scoreboard.tsv` and the cache; default `runs/qualification`.
    progress : callable, optional
        Called with experiments done (a part-run trial counts in part) and their total.

    Returns
    -------
    Scoreboard

    Raises
    ------
    InputError
        If the plan is wrong.
    """
    started = time.monotonic()
    if workers is not None and workers < 1:
        raise InputError("qualify", "workers", workers, "must be 1 or more")
    chosen = plan if isinstance(plan, Plan) else load_plan(*([Path(plan)] if plan else []))
    chosen = chosen.quick() if quick else chosen
    for one in chosen.observations:
        parse(one.readout, f"observation {one.id}")
    folder = make_folder(Path(out) if out else OUT)
    experimenter = Experimenter(folder / CACHE / ("quick" if quick else "full"), quick)
    tell = progress or (lambda done, total: None)
    simulated = _simulate(chosen, experimenter, workers or os.cpu_count() or 1, tell)
    rows = tuple(_row(one, simulated) for one in chosen.observations)
    identities = {one.id: experimenter.identity(one) for one in chosen.experiments}
    board = Scoreboard(rows, quick, identities, time.monotonic() - started)
    board.write(folder)
    return board


def _simulate(
    plan: Plan, experimenter: Experimenter, workers: int, tell: Callable[[float, int], None]
) -> dict[str, Simulated]:
    """Trials one after the other, each on all workers; then all else side by side."""
    total, done = len(plan.experiments), 0.0
    trials = [one for one in plan.experiments if one.how == "trial"]
    for one in trials:
        at = done  # watching what a trial did not keep is the other half of its work
        experimenter.run_trial(
            one, workers, lambda part, all_, at=at: tell(at + part / all_ / 2, total)
        )
        done += 0.5

    found: dict[str, Simulated] = {}
    with ThreadPoolExecutor(workers) as executor:
        pending = {one.id: executor.submit(experimenter.simulate, one) for one in plan.experiments}
        try:
            for one in plan.experiments:
                found[one.id] = pending[one.id].result()
                done += _rest(one)
                tell(done, total)
        finally:
            for future in pending.values():
                future.cancel()
    return found


def _rest(experiment: Experiment) -> float:
    return 0.5 if experiment.how == "trial" else 1.0


def _row(observation: Observation, simulated: dict[str, Simulated]) -> Row:
    where = f"observation {observation.id}"
    values = read(observation.readout, observation.scenarios, simulated, where)
    return make_row(observation, predict(observation, values), len(values.known()))
