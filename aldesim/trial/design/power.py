"""Power and assurance of a design against the number of patients."""

from collections.abc import Sequence

import numpy as np
import polars as pl

from aldesim.errors import InputError
from aldesim.trial.design.allocation import known_patients
from aldesim.trial.design.pool import Pool
from aldesim.trial.design.replicate import replicate, size_of
from aldesim.trial.design.schema import Design
from aldesim.trial.endpoints import proportion

BATCHES = 50
"""Resamples of the pool that its own error is judged by."""
LEAST = 100
"""Replicates at least."""
_NORMAL_95 = 1.959964


def power(
    design: Design, pool: Pool, sizes: Sequence[int] = (), replicates: int = 2000
) -> pl.DataFrame:
    """Share of replicate trials that show what they should, by number of patients.

    Power takes the virtual patients as they are. Assurance averages it over what `knowledge` real
    patients would leave open: each replicate draws its patients from so many of the pool alone.

    Parameters
    ----------
    design : Design
        What is simulated.
    pool : Pool
        Its virtual patients.
    sizes : sequence of int
        Patients in all arms; default the design's own size.
    replicates : int
        Trials for each size, 100 or more.

    Returns
    -------
    DataFrame
        One row a size: `size`, `power` with its 95 % Monte Carlo limits `low` and `high`, which
        hold the error of the replicates and of a pool that is not endless; `assurance`,
        `assurance_low`, `assurance_high` (null without `knowledge`); `stopped_early`,
        `mean_patients`, `replicates`. Shares 0 to 1.

    Raises
    ------
    InputError
        If a size does not fit the design, or there are too few replicates.
    """
    if replicates < LEAST:
        raise InputError("power", "replicates", replicates, f"must be {LEAST} or more")
    for size in sizes:
        if design.two_stage is not None and size != size_of(design):
            allowed = f"a two-stage design has {size_of(design)} patients: leave --sizes out"
            raise InputError("power", "sizes", size, allowed)
        if not 2 * len(design.arms) <= size <= 100_000:
            allowed = f"must be within {2 * len(design.arms)} and 100,000"
            raise InputError("power", "sizes", size, allowed)
    return pl.DataFrame([_row(design, pool, n, replicates) for n in sizes or [size_of(design)]])


def _row(design: Design, pool: Pool, size: int, replicates: int) -> dict[str, float | int | None]:
    numbers = np.arange(replicates)
    trials = replicate(design, pool, numbers, size=size).trials
    share = float(trials["success"].mean())  # type: ignore[arg-type]
    within = proportion(int(trials["success"].sum()), replicates)
    pool_error = _pool_variance(design, pool, size, replicates)
    low, high = (
        share + sign * np.sqrt((limit - share) ** 2 + _NORMAL_95**2 * pool_error)
        for sign, limit in ((-1, within.low), (1, within.high))
    )
    row: dict[str, float | int | None] = {
        "size": size,
        "power": share,
        "low": max(low, 0.0),
        "high": min(high, 1.0),
        "assurance": None,
        "assurance_low": None,
        "assurance_high": None,
        "stopped_early": float(trials["stopped_early"].mean()),  # type: ignore[arg-type]
        "mean_patients": float(trials["patients"].mean()),  # type: ignore[arg-type]
        "replicates": replicates,
    }
    if design.knowledge is not None:
        known = known_patients(design, pool, numbers, design.knowledge)
        hits = replicate(design, pool, numbers, size=size, known=known).trials["success"]
        found = proportion(int(hits.sum()), replicates)
        row |= {"assurance": found.value, "assurance_low": found.low, "assurance_high": found.high}
    return row


def _pool_variance(design: Design, pool: Pool, size: int, replicates: int) -> float:
    """Variance of the power from the pool's own size, by resampling the pool.

    Replicates of one batch share a resampled pool: what batches differ by beyond the play of their
    replicates is the pool's.
    """
    batch = np.arange(replicates) * BATCHES // replicates
    resampled = known_patients(design, pool, np.arange(BATCHES), len(pool))
    found = np.empty(replicates, dtype=bool)
    for k in range(BATCHES):
        rows = np.flatnonzero(batch == k)
        known = np.broadcast_to(resampled[k], (len(rows), len(pool)))
        trials = replicate(design, pool, rows, size=size, known=known).trials
        found[rows] = trials["success"].to_numpy()
    shares = np.array([found[batch == k].mean() for k in range(BATCHES)])
    sizes = np.bincount(batch, minlength=BATCHES)
    mean = shares.mean()
    return max(float(shares.var(ddof=1) - (mean * (1 - mean) / sizes).mean()), 0.0)
