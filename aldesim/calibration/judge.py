"""A posterior held against its targets: fit, what was learned of whom, weighted patients."""

from __future__ import annotations

import numpy as np
from scipy.special import expit

from aldesim.calibration.emulator import Emulator
from aldesim.calibration.ensemble import Data
from aldesim.calibration.identify import contraction, information
from aldesim.calibration.plan import CalibrationPlan
from aldesim.calibration.posterior import Posterior
from aldesim.calibration.result import Fit, Learned, Pool, Predicted
from aldesim.calibration.summary import figure, natural, published
from aldesim.calibration.weights import balance
from aldesim.evidence.observations import Observation
from aldesim.evidence.predict import QUANTILES
from aldesim.evidence.readouts.values import Values
from aldesim.population.random import normal

LEADING = 3
"""Groups named as those that inform a parameter."""


def fits(
    plan: CalibrationPlan,
    z: np.ndarray,
    left_out: dict[str, Posterior],
    data: Data,
    emulator: Emulator,
    values: list[Values],
) -> tuple[Fit, ...]:
    """Every target and check under the posterior and under that without its group.

    Parameters
    ----------
    plan : CalibrationPlan
        Targets and checks.
    z : ndarray, shape (n, p)
        Posterior sample.
    left_out : dict of str to Posterior
        Posterior without each group.
    data : Data
        Published numbers with their variances.
    emulator : Emulator
        Of all figures.
    values : list of Values
        Readouts at the posterior mean.
    """
    whole = _replicates(plan.seed, z, data, emulator)
    others = {name: _replicates(plan.seed, one.z, data, emulator) for name, one in left_out.items()}
    made = []
    for column, one in enumerate(plan.observations):
        group = plan.groups.get(one.id, "")
        at_mean = figure(one, values[column]).value
        made.append(
            Fit(
                id=one.id,
                quantity=one.quantity,
                group=group,
                unit=_unit(one),
                side=one.side,
                published=float(natural(one, np.array(published(one)))),
                simulated=float(natural(one, np.array(at_mean))),
                predicted=_interval(one, whole[:, column]),
                left_out=_interval(one, others[group][:, column]) if group else None,
                explained=float(emulator.explained[column]),
            )
        )
    return tuple(made)


def _replicates(seed: int, z: np.ndarray, data: Data, emulator: Emulator) -> np.ndarray:
    """Studies repeated under a posterior, on the working scales, shape (n, k)."""
    mean, variance = emulator(z)
    noise = normal(seed, "calibration/predicted", np.arange(len(z)), mean.shape[1])
    return mean + np.sqrt(variance + data.variance) * noise


def _interval(observation: Observation, working: np.ndarray) -> Predicted:
    aim = published(observation)
    points = np.quantile(working, QUANTILES)
    low, median, high = points[0], points[len(points) // 2], points[-1]
    inside = {"": low <= aim <= high, "at least": median >= aim, "at most": median <= aim}
    ends = sorted(float(value) for value in natural(observation, points))
    return Predicted(tuple(ends), bool(inside[observation.side]))


def _unit(observation: Observation) -> str:
    if observation.kind == "survival":
        return f"% free at {observation.value:g} {observation.unit}"
    return observation.unit


def learned(
    plan: CalibrationPlan, z: np.ndarray, data: Data, emulator: Emulator
) -> tuple[Learned, ...]:
    """What was learned of each parameter, and from which groups."""
    taken = contraction(z)
    rows = len(plan.groups)
    known = information(data, emulator, z.mean(axis=0))[:rows]
    groups = list(plan.groups.values())
    made = []
    for index, one in enumerate(plan.parameters):
        told = dict.fromkeys(groups, 0.0)
        for row, name in enumerate(groups):
            told[name] += float(known[row, index])
        leading = sorted(told.items(), key=lambda item: -item[1])[:LEADING]
        prior = one.value(np.array([-1.959964, 0.0, 1.959964]))
        after = one.value(np.quantile(z[:, index], (0.025, 0.5, 0.975)))
        made.append(
            Learned(
                id=one.id,
                title=one.title,
                prior=(float(prior[0]), float(prior[1]), float(prior[2])),
                posterior=(float(after[0]), float(after[1]), float(after[2])),
                mean=float(one.value(z[:, index].mean())),
                contraction=float(taken[index]),
                informed_by=tuple(leading),
            )
        )
    return tuple(made)


def pools(plan: CalibrationPlan, values: list[Values], data: Data) -> tuple[Pool, ...]:
    """Patients at the posterior mean, weighted so that each pool meets its targets.

    Only targets that are a mean or a share over all patients of a pool can be met by weights;
    a survival median enters as the share alive at the published time.
    """
    chosen: dict[str, list[int]] = {}
    for column, one in enumerate(plan.observations[: len(plan.groups)]):
        feature = _feature(one, values[column])
        if one.side == "" and feature is not None and np.isfinite(feature).all():
            chosen.setdefault(one.scenario, []).append(column)
    made = []
    for scenario, columns in chosen.items():
        sizes = [len(values[column]) for column in columns]
        columns = [c for c, size in zip(columns, sizes, strict=True) if size == max(sizes)]
        kept = [(column, plan.observations[column]) for column in columns]
        features = np.stack([_feature(one, values[c]) for c, one in kept], axis=1)  # type: ignore
        aim = np.array([_aim(one) for _, one in kept])
        error = np.array([_error(one, data.variance[c]) for c, one in kept])
        found = balance(features, aim, error)
        rows = zip(kept, aim, found.before, found.after, strict=True)
        made.append(
            Pool(
                experiments=scenario,
                patients=len(features),
                effective=found.effective,
                rows=tuple(
                    (one.id, float(a), float(before), float(after))
                    for (_, one), a, before, after in rows
                ),
            )
        )
    return tuple(made)


def _feature(observation: Observation, values: Values) -> np.ndarray | None:
    """What of each patient must average to the target; None if there is no such number."""
    if np.isnan(values.value).any():
        return None
    match observation.kind:
        case "mean":
            return values.value / observation.value
        case "proportion":
            return values.value
        case "median" | "timing":
            return (values.value > observation.value).astype(float) + 0.5 * (
                values.value == observation.value
            )
        case "survival":
            return (values.value > observation.value).astype(float)
    return None


def _aim(observation: Observation) -> float:
    match observation.kind:
        case "mean":
            return 1.0
        case "proportion":
            return observation.value / 100
    return 0.5


def _error(observation: Observation, variance: float) -> float:
    """Standard error of the feature's mean from the variance on the working scale."""
    if observation.kind in ("proportion", "survival"):
        share = expit(published(observation))
        return float(share * (1 - share) * np.sqrt(variance))
    if observation.kind == "mean":
        return float(np.sqrt(variance))
    return float(0.5 / np.sqrt(observation.n))
