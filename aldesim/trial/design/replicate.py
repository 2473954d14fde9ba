"""Replicate trials of a design: what each would have reported."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl

from aldesim.trial.design.allocation import Enrolment, enrol_trials
from aldesim.trial.design.pool import Pool
from aldesim.trial.design.schema import TIMES, Design
from aldesim.trial.design.simon import TwoStage, simon
from aldesim.trial.design.statistics import (
    hazard_ratios,
    log_rank,
    median_times,
    shares_differ,
    two_sided,
)

CELLS = 200_000
"""Patients of all replicates that are worked on at a time."""


@dataclass(frozen=True, eq=False)
class Replicates:
    """What a number of replicate trials reported.

    Attributes
    ----------
    arms : DataFrame
        One row a trial and arm: `replicate`, `arm`, `patients`, `responses`, `complete_responses`,
        `response_pct`, `complete_response_pct`, `median_OS`, `median_PFS` (days, infinite if not
        reached).
    contrasts : DataFrame
        One row a trial and further arm, the first arm against it: `replicate`, `arm`,
        `hazard_ratio_OS`, `hazard_ratio_PFS`, `response_difference_pct`,
        `complete_response_difference_pct`, and for each endpoint `z_` and a two-sided `p_`. No
        columns when there is one arm.
    trials : DataFrame
        One row a trial: `replicate`, `patients`, `stopped_early`, `success`.
    """

    arms: pl.DataFrame
    contrasts: pl.DataFrame
    trials: pl.DataFrame


@dataclass(frozen=True, eq=False)
class Seen:
    """Patients of some replicates as they were observed, arrays of shape (replicates, size).

    Attributes
    ----------
    enrolment : Enrolment
        Who, which arm, followed how long.
    counts : ndarray of bool
        Patients treated: all, or those of stage one where the trial stopped.
    response, complete : ndarray of bool
        Response, and complete response, seen before follow-up ended.
    times, events : dict of str to ndarray
        By "OS" and "PFS", days.
    """

    enrolment: Enrolment
    counts: np.ndarray
    response: np.ndarray
    complete: np.ndarray
    times: dict[str, np.ndarray]
    events: dict[str, np.ndarray]


def two_stage_of(design: Design) -> TwoStage | None:
    """Sizes and limits of a two-stage design; None for another."""
    rule = design.two_stage
    return rule and simon(rule.p0, rule.p1, rule.alpha, rule.power, rule.kind)


def size_of(design: Design) -> int:
    """Patients in all arms, at most."""
    stages = two_stage_of(design)
    return stages.n if stages is not None else int(design.size or 0)


def replicate(
    design: Design,
    pool: Pool,
    numbers: np.ndarray,
    *,
    size: int | None = None,
    known: np.ndarray | None = None,
) -> Replicates:
    """Replicate trials of a design.

    Parameters
    ----------
    design : Design
        What is simulated.
    pool : Pool
        Its virtual patients.
    numbers : ndarray of int, shape (replicates,)
        Numbers of the replicates; a number always gives the same trial.
    size : int, optional
        Patients, instead of the design's.
    known : ndarray of int, optional
        As for `enrol_trials`.
    """
    stages = two_stage_of(design)
    parts = []
    for rows, seen in observed(design, pool, numbers, size=size, known=known):
        parts.append(_report(design, stages, numbers[rows], seen))
    return Replicates(*(pl.concat(frames) for frames in zip(*parts, strict=True)))


def observed(
    design: Design,
    pool: Pool,
    numbers: np.ndarray,
    *,
    size: int | None = None,
    known: np.ndarray | None = None,
) -> Iterator[tuple[slice, Seen]]:
    """Replicates a block at a time, as they were observed: which of `numbers`, and what."""
    stages = two_stage_of(design)
    size = size or size_of(design)
    step = max(1, CELLS // size)
    for start in range(0, len(numbers), step):
        rows = slice(start, min(start + step, len(numbers)))
        among = None if known is None else known[rows]
        yield rows, _observe(pool, enrol_trials(design, pool, numbers[rows], size, among), stages)


def _observe(pool: Pool, enrolment: Enrolment, stages: TwoStage | None) -> Seen:
    arms = list(pool.arms.values())

    def of_arm(values: list[np.ndarray]) -> np.ndarray:
        return np.stack(values)[enrolment.arm, enrolment.who]

    followed = enrolment.followed
    response = of_arm([arm.response_day for arm in arms]) <= followed
    times, events = {}, {}
    for name in TIMES:
        time = of_arm([arm.times[name] for arm in arms])
        events[name] = of_arm([arm.events[name] for arm in arms]) & (time <= followed)
        times[name] = np.minimum(time, followed)
    counts = np.ones(response.shape, dtype=bool)
    if stages is not None:
        stopped = response[:, : stages.n1].sum(axis=1) <= stages.r1
        counts[stopped, stages.n1 :] = False
    complete = response & of_arm([arm.complete for arm in arms])
    return Seen(enrolment, counts, response & counts, complete & counts, times, events)


def _report(
    design: Design, stages: TwoStage | None, numbers: np.ndarray, seen: Seen
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    groups = [seen.counts & (seen.enrolment.arm == k) for k in range(len(design.arms))]
    names = [arm.name for arm in design.arms]
    arms = [_arm(name, numbers, seen, group) for name, group in zip(names, groups, strict=True)]
    contrasts = [
        _contrast(name, numbers, seen, groups[0], group)
        for name, group in zip(names[1:], groups[1:], strict=True)
    ]
    contrast = pl.concat(contrasts) if contrasts else pl.DataFrame()
    patients = seen.counts.sum(axis=1)
    trials = pl.DataFrame(
        {
            "replicate": numbers,
            "patients": patients,
            "stopped_early": patients < seen.counts.shape[1],
            "success": _success(design, stages, arms[0], contrasts),
        }
    )
    return pl.concat(arms), contrast, trials


def _arm(name: str, numbers: np.ndarray, seen: Seen, group: np.ndarray) -> pl.DataFrame:
    patients = group.sum(axis=1)
    responses, complete = ((what & group).sum(axis=1) for what in (seen.response, seen.complete))
    with np.errstate(divide="ignore", invalid="ignore"):
        shares = [100 * hits / patients for hits in (responses, complete)]
    medians = {f"median_{t}": median_times(seen.times[t], seen.events[t], group) for t in TIMES}
    return pl.DataFrame(
        {
            "replicate": numbers,
            "arm": [name] * len(numbers),
            "patients": patients,
            "responses": responses,
            "complete_responses": complete,
            "response_pct": shares[0],
            "complete_response_pct": shares[1],
            **medians,
        }
    )


def _contrast(
    name: str, numbers: np.ndarray, seen: Seen, first: np.ndarray, other: np.ndarray
) -> pl.DataFrame:
    both = first | other
    columns: dict[str, np.ndarray] = {}
    for kind in TIMES:
        time, event = seen.times[kind], seen.events[kind]
        columns[f"hazard_ratio_{kind}"] = hazard_ratios(time, event, first, both)
        columns[f"z_{kind}"], columns[f"p_{kind}"] = log_rank(time, event, first, both)
    n, m = first.sum(axis=1), other.sum(axis=1)
    for kind, what in (("response", seen.response), ("complete_response", seen.complete)):
        hits, others = (what & first).sum(axis=1), (what & other).sum(axis=1)
        z = shares_differ(hits, n, others, m)
        with np.errstate(divide="ignore", invalid="ignore"):
            columns[f"{kind}_difference_pct"] = 100 * (hits / n - others / m)
        columns[f"z_{kind}"], columns[f"p_{kind}"] = z, two_sided(z)
    return pl.DataFrame({"replicate": numbers, "arm": [name] * len(numbers), **columns})


def _success(
    design: Design, stages: TwoStage | None, first: pl.DataFrame, contrasts: list[pl.DataFrame]
) -> np.ndarray:
    """Whether each trial showed what it should, shape (replicates,)."""
    if stages is not None:
        enough = first["responses"].to_numpy() > stages.r
        return enough & (first["patients"].to_numpy() == stages.n)
    rule = design.success
    assert rule is not None
    alpha = rule.alpha / rule.sided
    if not contrasts:
        from scipy.stats import binom

        column = "responses" if rule.endpoint == "response" else "complete_responses"
        hits, patients = first[column].to_numpy(), first["patients"].to_numpy()
        return binom.sf(hits - 1, patients, rule.p0) <= alpha
    from scipy.special import ndtri

    z = contrasts[0][f"z_{rule.endpoint}"].to_numpy()
    better = -z if rule.endpoint in TIMES else z
    return better >= -ndtri(alpha)
