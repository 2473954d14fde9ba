"""Relative potencies of several plates or days joined into one, after Ph. Eur. 5.3."""

from dataclasses import dataclass

import numpy as np
from scipy.special import chdtrc, stdtrit

from aldesim.drug.assay import LEVEL, Potency

HOMOGENEOUS = 0.05  # significance below which plates differ by more than their limits explain


@dataclass(frozen=True)
class Combined:
    """Relative potency of a sample over its valid plates.

    Parameters
    ----------
    sample : str
        Which.
    plates : tuple of str
        The valid ones, in order.
    relative_potency, lower, upper : float
        Geometric mean and its 95 % limits.
    method : str
        "one plate", "weighted" or "semi-weighted".
    heterogeneity_p : float or None
        Of the chi-square test that the plates agree; None for one plate.
    between_sd : float
        Standard deviation between plates of the natural log, beyond that within; 0 if weighted.
    """

    sample: str
    plates: tuple[str, ...]
    relative_potency: float
    lower: float
    upper: float
    method: str
    heterogeneity_p: float | None
    between_sd: float


def combine(potencies: list[Potency]) -> Combined:
    """Mean of one sample's valid results; at least one, all with closed limits.

    Weights are the inverse squares of the standard errors, taken from the width of the limits.
    Plates that disagree are semi-weighted: the variance between them is added to each, and the
    limits take Student's t for the number of plates less one (the chapter's approximation is 2).

    References
    ----------
    European Pharmacopoeia, chapter 5.3, Statistical analysis of results of biological assays.
    """
    sample, plates = potencies[0].sample, tuple(one.plate for one in potencies)
    if len(potencies) == 1:
        only = potencies[0]
        return Combined(
            sample, plates, only.relative_potency, only.lower, only.upper, "one plate", None, 0.0
        )
    log = np.log([one.relative_potency for one in potencies])
    freedom = np.array([one.degrees_of_freedom for one in potencies])
    t = stdtrit(freedom, (1 + LEVEL) / 2)
    variance = (np.log([one.upper / one.lower for one in potencies]) / (2 * t)) ** 2
    weight = 1 / variance
    mean = float(weight @ log / weight.sum())
    chi_square = float(weight @ (log - mean) ** 2)
    p = float(chdtrc(len(log) - 1, chi_square))
    between, method, mean_freedom = 0.0, "weighted", int(freedom.sum())
    if p < HOMOGENEOUS:
        between = max(float(np.var(log, ddof=1) - variance.mean()), 0.0)
        weight = 1 / (variance + between)
        mean = float(weight @ log / weight.sum())
        method, mean_freedom = "semi-weighted", len(log) - 1
    half = float(stdtrit(mean_freedom, (1 + LEVEL) / 2) / np.sqrt(weight.sum()))
    low, middle, high = np.exp([mean - half, mean, mean + half])
    return Combined(
        sample, plates, float(middle), float(low), float(high), method, p, float(np.sqrt(between))
    )
