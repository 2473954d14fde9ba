"""Normal scores of covariates and parameters, given what is known of each patient.

A patient is a row of standard normal scores, one for each name that varies. What is known of a
patient fixes its own score, or bounds it if it is a category, and shifts the scores of what it is
correlated with (a Gaussian copula). Names are taken one after another, known ones first, so each
needs only those before it.

References
----------
Song. Scand J Stat 2000;27:305-320, doi:10.1111/1467-9469.00191 (Gaussian copula).
Geweke. Computer Science and Statistics, 23rd Symposium, 1991:571-578 (truncated normals in turn).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from aldesim.population.copula import Pairs, correlated_names, mixing_matrix
from aldesim.population.covariates import COVARIATES, Category, label
from aldesim.population.distributions import FARTHEST_SCORE, Limits, scores_of
from aldesim.population.schema import ByCategory, Choice, Described

Scores = NDArray[np.float64]


@dataclass(frozen=True)
class Spread:
    """A model parameter that varies, as the table or the population has it."""

    distribution: str
    median: float
    spread: float
    limits: Limits = (None, None)


Entry = Described | Spread


def order_of(entries: Mapping[str, Entry], pairs: Pairs, known: Mapping[str, NDArray]) -> list[str]:
    """Correlated names in the order in which they are scored: known ones and their groups first."""
    names = correlated_names(pairs)
    order: list[str] = []
    for name in (*[n for n in names if n in known], *names):
        entry = entries[name]
        if name in known and isinstance(entry, ByCategory) and entry.by in names:
            order.append(entry.by)
        order.append(name)
    return list(dict.fromkeys(order))


def conditional_scores(
    entries: Mapping[str, Entry],
    pairs: Pairs,
    where: str,
    independent: Callable[[str], Scores],
    known: Mapping[str, NDArray],
    value: Callable[[str, Scores], NDArray],
) -> tuple[dict[str, Scores], Scores]:
    """Scores of every name, and how likely what is known is beside them.

    Parameters
    ----------
    entries : mapping
        Distribution of each name, groups before those that depend on them.
    pairs : mapping
        Correlation of each pair of names.
    where : str
        File or population, named in errors.
    independent : callable
        Independent standard normal scores of a name, shape (n,).
    known : mapping of str to array, shape (n,)
        Values of some names.
    value : callable
        Values of a category at its scores.

    Returns
    -------
    scores : dict of arrays, shape (n,)
    log_weight : array, shape (n,)
        Log density of the known values given the scores drawn before them. It differs between
        patients only if a known number depends on a group that is not known, or if what is
        known comes after something that is not.
    """
    order = order_of(entries, pairs, known)
    factor = mixing_matrix(pairs, where, order)
    scores: dict[str, Scores] = {}
    effective: list[Scores] = []
    log_weight: Scores = np.zeros(())
    for name in (*order, *[name for name in entries if name not in order]):
        place = order.index(name) if name in order else None
        own = 1.0 if place is None else factor[place, place]
        shift: float | Scores = 0.0
        if name not in known:
            # Term by term: a matrix product may round a number by its place in the batch.
            total = own * independent(name)
            for j in range(place or 0):
                if factor[place, j] != 0:
                    total = total + factor[place, j] * effective[j]
        else:
            for j in range(place or 0):
                if factor[place, j] != 0:
                    shift = shift + factor[place, j] * effective[j]
            total, extra = _known(name, entries, known, scores, (shift, own, independent), value)
            log_weight = log_weight + extra
        scores[name] = total
        if place is not None:
            effective.append((total - shift) / own if name in known else independent(name))
    return scores, log_weight


def _known(
    name: str,
    entries: Mapping[str, Entry],
    known: Mapping[str, NDArray],
    scores: Mapping[str, Scores],
    normal: tuple[float | Scores, float, Callable[[str], Scores]],
    value: Callable[[str, Scores], NDArray],
) -> tuple[Scores, Scores]:
    """Score of a known value and its log density, given mean and deviation of the score."""
    mean, sd, independent = normal
    entry, values = entries[name], known[name]
    if isinstance(entry, Choice):
        low, high = _interval(name, entry, values)
        below, above = ndtr((low - mean) / sd), ndtr((high - mean) / sd)
        inside = below + ndtr(independent(name)) * (above - below)
        tiny = 2.0**-53
        drawn = mean + sd * ndtri(np.clip(inside, tiny, 1 - tiny))
        return np.clip(drawn, low, high), np.log(np.maximum(above - below, tiny))
    numbers = np.asarray(values, dtype=np.float64)
    if isinstance(entry, ByCategory):
        groups = known[entry.by] if entry.by in known else value(entry.by, scores[entry.by])
        score = np.full(numbers.shape, np.nan)
        density = np.full(numbers.shape, np.nan)
        for category in COVARIATES[entry.by].categories:
            case = entry.cases.get(label(category))
            if case is not None:
                z, d = scores_of(case.distribution, *case.parameters(), case.limits, numbers)
                here = groups == category
                score, density = np.where(here, z, score), np.where(here, d, density)
    else:
        median, spread = (
            (entry.median, entry.spread) if isinstance(entry, Spread) else entry.parameters()
        )
        score, density = scores_of(entry.distribution, median, spread, entry.limits, numbers)
    # Density of the value: that of its score given the others, times the slope of score by value.
    beside = -0.5 * ((score - mean) / sd) ** 2 - np.log(sd) + 0.5 * score**2
    return score, density + beside


def _interval(name: str, entry: Choice, values: NDArray) -> tuple[Scores, Scores]:
    """Scores between which a known category lies; one the population lacks, at the nearest edge."""
    listed = [c for c in COVARIATES[name].categories if label(c) in entry.chances]
    everyone: list[Category] = list(COVARIATES[name].categories)
    edges = np.concatenate(([0.0], np.cumsum([entry.chances[label(c)] for c in listed])))
    edges[-1] = 1.0
    low, high = np.empty(len(values)), np.empty(len(values))
    for category in everyone:
        below = sum(everyone.index(c) < everyone.index(category) for c in listed)
        here = values == category
        low[here], high[here] = edges[below], edges[below + (category in listed)]
    far = ndtr(-FARTHEST_SCORE)
    # A category of no chance has no width; the ends of the range are as far as any score.
    floor, ceiling = np.clip(low, far, 1 - far), np.clip(high, far, 1 - far)
    return (
        np.where((low == 0) & (high > low), -np.inf, ndtri(floor)),
        np.where((high == 1) & (high > low), np.inf, ndtri(ceiling)),
    )
