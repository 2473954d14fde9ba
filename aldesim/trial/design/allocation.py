"""Who is drawn into a trial, into which arm, and how long each is followed: keyed draws.

Every array has one row for each replicate trial and one column for each patient in the order of
entry. A replicate depends on the seed and its own number alone.
"""

from dataclasses import dataclass

import numpy as np

from aldesim.population.random import uniform
from aldesim.timeunits import DAYS_PER_MONTH, DAYS_PER_YEAR
from aldesim.trial.design.pool import Pool
from aldesim.trial.design.schema import Allocation, Design


@dataclass(frozen=True, eq=False)
class Enrolment:
    """Patients of some replicate trials, arrays of shape (replicates, size).

    Attributes
    ----------
    who : ndarray of int
        Place in the pool.
    arm : ndarray of int
        Arm, from 0.
    followed : ndarray
        Day, from the patient's own first dose, until which he is followed if nothing happens.
    """

    who: np.ndarray
    arm: np.ndarray
    followed: np.ndarray


def enrol_trials(
    design: Design, pool: Pool, replicates: np.ndarray, size: int, known: np.ndarray | None = None
) -> Enrolment:
    """Patients of some replicates of a design.

    Parameters
    ----------
    design : Design
        Allocation, accrual and drop-out.
    pool : Pool
        Whom patients are drawn from, each as likely, with replacement.
    replicates : ndarray of int, shape (replicates,)
        Numbers of the replicates.
    size : int
        Patients in a trial.
    known : ndarray of int, shape (replicates, k), optional
        Places in the pool that a replicate may draw from, instead of the whole.
    """
    chosen = uniform(design.seed, "trial/who", replicates, size)
    if known is None:
        who = (chosen * len(pool)).astype(np.int64)
    else:
        who = np.take_along_axis(known, (chosen * known.shape[1]).astype(np.int64), axis=1)
    ratio = [arm.ratio for arm in design.arms]
    return Enrolment(
        who=who,
        arm=_allocate(design.allocation, ratio, design.seed, replicates, pool.stratum[who]),
        followed=_followed(design, replicates, size),
    )


def known_patients(design: Design, pool: Pool, replicates: np.ndarray, count: int) -> np.ndarray:
    """Places of `count` patients that stand for what is known, shape (replicates, count)."""
    return (uniform(design.seed, "trial/known", replicates, count) * len(pool)).astype(np.int64)


def _followed(design: Design, replicates: np.ndarray, size: int) -> np.ndarray:
    until = np.full((len(replicates), size), float(design.follow_up_days))
    if design.accrual is not None:
        entry = np.sort(uniform(design.seed, "trial/entry", replicates, size), axis=1)
        left = (1 - entry) * design.accrual.months + design.accrual.then_follow_months
        until = np.minimum(until, left * DAYS_PER_MONTH)
    if design.drop_out_per_year:
        rate = -np.log1p(-design.drop_out_per_year) / DAYS_PER_YEAR
        lost = -np.log(uniform(design.seed, "trial/drop-out", replicates, size)) / rate
        until = np.minimum(until, lost)
    return until


def _allocate(
    plan: Allocation, ratio: list[int], seed: int, replicates: np.ndarray, stratum: np.ndarray
) -> np.ndarray:
    """Arm of each patient, shape (replicates, size)."""
    size = stratum.shape[1]
    pattern = np.repeat(np.arange(len(ratio)), ratio)
    if not plan.blocks:
        drawn = uniform(seed, "trial/arm", replicates, size)
        return pattern[(drawn * len(pattern)).astype(np.int64)]
    arm = np.zeros_like(stratum)
    for key in np.unique(stratum):
        inside = stratum == key
        # The k-th patient of a stratum takes the k-th place of its own sequence of blocks.
        place = np.cumsum(inside, axis=1) - 1
        sequence = _blocks(plan.blocks, pattern, seed, f"stratum {key}", replicates, size)
        own = np.take_along_axis(sequence, np.maximum(place, 0), axis=1)
        arm[inside] = own[inside]
    return arm


def _blocks(
    sizes: tuple[int, ...],
    pattern: np.ndarray,
    seed: int,
    purpose: str,
    replicates: np.ndarray,
    length: int,
) -> np.ndarray:
    """Sequences of permuted blocks, shape (replicates, length)."""
    most = -(-length // min(sizes))
    drawn = uniform(seed, f"trial/block sizes/{purpose}", replicates, most)
    lengths = np.array(sizes)[(drawn * len(sizes)).astype(np.int64)]
    ends = np.cumsum(lengths, axis=1)
    slots = int(ends[:, -1].max())
    place = np.arange(slots)
    block = np.stack([np.searchsorted(row, place, side="right") for row in ends])
    starts = np.concatenate((np.zeros((len(ends), 1), dtype=np.int64), ends), axis=1)
    inside = place - np.take_along_axis(starts, np.minimum(block, most), axis=1)
    labels = pattern[inside % len(pattern)]
    mixed = block + uniform(seed, f"trial/blocks/{purpose}", replicates, slots)
    order = np.argsort(mixed, axis=1, kind="stable")
    return np.take_along_axis(labels, order, axis=1)[:, :length]
