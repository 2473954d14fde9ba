"""One sample's curve on one plate, and what a laboratory asks of it before it is used."""

from dataclasses import dataclass

import numpy as np
from scipy.special import fdtrc, stdtrit

from aldesim.drug.logistic import Fit, fit_curve, rough_rss
from aldesim.drug.plate import Sample
from aldesim.errors import InputError

FEWEST_DOSES = 5  # one more than a curve has parameters
NO_SCATTER = 1e-20  # residual share of the sum of squares that only computed responses reach
FLAT = 1e-3  # a curve must fit better than a constant at this level


@dataclass(frozen=True)
class Criteria:
    """What a plate must meet; each laboratory sets its own from the history of its assay.

    Parameters
    ----------
    r_squared : float
        At least this share of each sample's variation is explained by its curve.
    replicate_cv : float
        Median coefficient of variation of replicates is at most this.
    dynamic_range : float
        Highest over lowest mean response of each sample is at least this.
    plateau_share : float
        The outermost doses lie within this share of the span of the plateaus.
    slope_ratio, span_ratio : float
        90 % limits of the ratio, test over reference, lie within 1/x to x.
    plateau_shift : float
        90 % limits of the difference of lower plateaus lie within this share of the span.
    outlier_level, lack_of_fit_level : float
        Significance (outliers: for the whole sample).
    """

    r_squared: float = 0.95
    replicate_cv: float = 0.20
    dynamic_range: float = 3.0
    plateau_share: float = 0.25
    slope_ratio: float = 1.4
    span_ratio: float = 1.25
    plateau_shift: float = 0.20
    outlier_level: float = 0.05
    lack_of_fit_level: float = 0.01


@dataclass(frozen=True)
class Check:
    """A question asked of the data: what was found, what is wanted, whether it holds.

    `passed` is None where the finding is for information only.
    """

    name: str
    found: str
    wanted: str
    passed: bool | None


@dataclass(frozen=True, eq=False)
class Curve:
    """One sample's own curve, its checks, and the wells that stand off it."""

    plate: str
    sample: str
    fit: Fit
    checks: tuple[Check, ...]
    outliers: tuple[str, ...]


def own_curve(where: str, plate: str, sample: Sample, criteria: Criteria) -> Curve:
    """Curve of a sample by itself, and what the system suitability asks of it.

    Raises
    ------
    InputError
        If the wells cannot give a curve: too few doses, a flat response, no scatter.
    """
    x, y = sample.log_dose, sample.response
    where = f"{where} sample {sample.name}"
    doses = len(np.unique(x))
    if doses < FEWEST_DOSES:
        raise InputError(where, "doses", doses, f"must be {FEWEST_DOSES} different ones or more")
    if len(y) <= FEWEST_DOSES:
        allowed = f"must be more than {FEWEST_DOSES}, by replicates or further doses"
        raise InputError(where, "wells", len(y), allowed)
    total = float(np.sum((y - y.mean()) ** 2))
    if total == 0:
        raise InputError(where, "response", float(y[0]), "is the same in every well; no curve")
    rough = rough_rss(x, y)
    if f_test(total - rough, 3, max(rough, NO_SCATTER * total), len(y) - 4) > FLAT:
        raise InputError(where, "response", "flat", "must depend on the dose beyond its scatter")
    fit = fit_curve(x, y, where)
    if fit.rss <= NO_SCATTER * total:
        raise InputError(where, "response", "no scatter", "must be readings, not computed values")
    if not x.min() < fit.log_half < x.max():
        raise InputError(where, "half response", "outside the doses", "must lie within them")
    outliers = _outliers(fit, sample, criteria.outlier_level)
    checks = _suitability(fit, sample, 1 - fit.rss / total, criteria)
    return Curve(plate, sample.name, fit, checks, outliers)


def f_test(explained: float, terms: int, rest: float, freedom: int) -> float:
    """Significance of an explained sum of squares against a residual one."""
    return float(fdtrc(terms, freedom, (explained / terms) / (rest / freedom)))


def _suitability(
    fit: Fit, sample: Sample, r_squared: float, criteria: Criteria
) -> tuple[Check, ...]:
    _, group = np.unique(sample.log_dose, return_inverse=True)
    count = np.bincount(group)
    mean = np.bincount(group, sample.response) / count
    checks = [
        Check(
            "R2",
            f"{r_squared:.4f}",
            f"{criteria.r_squared:g} or more",
            r_squared >= criteria.r_squared,
        )
    ]
    if (count > 1).any():
        squares = np.bincount(group, (sample.response - mean[group]) ** 2)
        several = (count > 1) & (mean != 0)
        cv = float(
            np.median(np.sqrt(squares / np.maximum(count - 1, 1))[several] / abs(mean[several]))
        )
        limit = criteria.replicate_cv
        checks.append(Check("replicate CV", f"{cv:.1%}", f"{limit:.0%} or less", cv <= limit))
    low, high = float(mean.min()), float(mean.max())
    reach = high / low if low > 0 else float("inf")
    wanted = criteria.dynamic_range
    checks.append(Check("dynamic range", f"{reach:.1f}", f"{wanted:g} or more", reach >= wanted))
    bottom, top = fit.share(sample.log_dose.min()), fit.share(sample.log_dose.max())
    share = criteria.plateau_share
    checks.append(
        Check(
            "span covered",
            f"{bottom:.0%} to {top:.0%}",
            f"{share:.0%} or less to {1 - share:.0%} or more",
            bottom <= share and top >= 1 - share,
        )
    )
    return tuple(checks)


def _outliers(fit: Fit, sample: Sample, level: float) -> tuple[str, ...]:
    """Wells whose deleted studentised residual is beyond Bonferroni's limit; flagged, never cut."""
    n, freedom = len(fit.residuals), fit.degrees_of_freedom - 1
    room = np.maximum(1 - fit.leverage, 1e-12)
    without = np.maximum(fit.rss - fit.residuals**2 / room, 1e-300) / freedom
    deleted = np.abs(fit.residuals) / np.sqrt(without * room)
    limit = stdtrit(freedom, 1 - level / (2 * n))
    return tuple(sample.wells[i] for i in np.flatnonzero(deleted > limit))
