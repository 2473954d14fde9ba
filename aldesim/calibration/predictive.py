"""Scoreboard whose intervals hold what is not known of the parameters, besides sampling.

Every posterior draw is simulated; a replicate study comes from one of them.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np

from aldesim.calibration.plan import CalibrationPlan, load_calibration
from aldesim.calibration.result import Draws, load_posterior
from aldesim.calibration.simulator import Evaluator
from aldesim.evidence import Scoreboard
from aldesim.evidence.observations import Observation
from aldesim.evidence.predict import REPLICATES, Prediction, joined, predict
from aldesim.evidence.readouts.values import Values
from aldesim.evidence.scoreboard import Row, make_row
from aldesim.wholefile import make_folder

OUT = Path("runs/posterior")


def predictive(
    draws: int,
    *,
    plan: CalibrationPlan | None = None,
    posterior: Draws | None = None,
    out: str | Path | None = None,
    workers: int | None = None,
    progress: Callable[[float, int], None] | None = None,
) -> Scoreboard:
    """Targets and checks of a calibration, predicted under its posterior.

    Parameters
    ----------
    draws : int
        Posterior draws to simulate.
    plan : CalibrationPlan, optional
        By default that of the package.
    posterior : Draws, optional
        By default that of the package.
    out : path, optional
        Folder of the scoreboard and the cache; default `runs/posterior`.
    workers : int, optional
        Batches simulated at the same time; default the machine's cores.
    progress : callable, optional
        Called with evaluations done and their total.

    Raises
    ------
    InputError
        If there are fewer draws than asked for, or fewer than two are asked for.
    """
    plan = plan or load_calibration()
    posterior = posterior or load_posterior(plan=plan)
    chosen = posterior.thinned(draws)
    folder = make_folder(Path(out) if out else OUT)
    evaluator = Evaluator(
        plan,
        folder / "evaluations",
        workers or os.cpu_count() or 1,
        progress or (lambda done, total: None),
        planned=draws * len(plan.evidence.experiments),
    )
    scores = [
        [one.score(value) for one, value in zip(plan.parameters, row, strict=True)]
        for row in chosen.tolist()
    ]
    found = evaluator.values(np.array(scores))
    rows = tuple(
        _row(one, list(column))
        for one, column in zip(plan.observations, zip(*found, strict=True), strict=True)
    )
    board = Scoreboard(rows, False, evaluator.identities, 0.0)
    board.write(folder)
    return board


def _row(observation: Observation, versions: list[Values]) -> Row:
    each = -(-REPLICATES // len(versions))
    made = [
        predict(observation, values, seed=number, replicates=each)
        for number, values in enumerate(versions, start=1)
    ]
    known: list[Prediction] = [one for one in made if one is not None]
    whole = joined(observation, known) if known else None
    return make_row(observation, whole, sum(len(values.known()) for values in versions))
