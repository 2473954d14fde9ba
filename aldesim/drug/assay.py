"""One test sample against the reference on one plate: similarity, relative potency.

Relative potency is a shift along the log dose of two curves that are otherwise the same (USP
<1034>; Ph. Eur. 5.3). Similarity is judged by equivalence of the curves' shapes, as USP <1032>
advises, because a difference test punishes precise plates and forgives noisy ones; the difference
test (extra sum of squares) is shown beside it.

References
----------
Gottschalk PG, Dunn JR. J Biopharm Stat 2005;15:437 (parallelism of logistic curves).
Bates DM, Watts DG. Nonlinear Regression Analysis and Its Applications. Wiley 1988 (profile limits).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import stdtrit

from aldesim.drug.logistic import Fit, fit_parallel, fit_shifted
from aldesim.drug.plate import Sample
from aldesim.drug.suitability import Check, Criteria, Curve, f_test
from aldesim.errors import InputError

LEVEL = 0.95
FARTHEST = np.log(1e4)  # limits of relative potency further than this from the estimate are open


@dataclass(frozen=True, eq=False)
class Potency:
    """Relative potency of a test sample on one plate, as a ratio (1 = like the reference).

    Parameters
    ----------
    plate, sample : str
        Which.
    relative_potency, lower, upper : float
        Estimate and 95 % limits by profile likelihood.
    delta_lower, delta_upper : float
        95 % limits from the standard error of the log (delta method), for comparison.
    standard_error : float
        Of the natural log.
    degrees_of_freedom : int
        Of the residual variance.
    parallelism_p : float
        Of the extra sum of squares F test; small where curves differ in shape.
    checks : tuple of Check
        Similarity, lack of fit, precision.
    valid : bool
        All checks of this sample and the reference hold.
    """

    plate: str
    sample: str
    relative_potency: float
    lower: float
    upper: float
    delta_lower: float
    delta_upper: float
    standard_error: float
    degrees_of_freedom: int
    parallelism_p: float
    checks: tuple[Check, ...]
    valid: bool


def relative_potency(
    where: str, reference: Sample, sample: Sample, curves: tuple[Curve, Curve], criteria: Criteria
) -> Potency:
    """Relative potency of a test sample.

    Parameters
    ----------
    where : str
        File and plate, for messages.
    reference, sample : Sample
        Wells.
    curves : tuple of Curve
        Own curves of the reference and of the sample.
    criteria : Criteria
        What must hold.

    Raises
    ------
    InputError
        If one curve rises and the other falls, or the parallel curves cannot be fitted.
    """
    where = f"{where} sample {sample.name}"
    own = tuple(curve.fit for curve in curves)
    if own[0].span * own[1].span < 0:
        raise InputError(where, "response", "runs the other way", "must follow the reference's")
    x = np.concatenate([reference.log_dose, sample.log_dose])
    y = np.concatenate([reference.response, sample.response])
    test = np.arange(len(x)) >= len(reference.log_dose)
    best = fit_parallel(x, y, test, where)
    error = float(np.sqrt(best.variance * best.inverse_information[4, 4]))
    t = stdtrit(best.degrees_of_freedom, (1 + LEVEL) / 2)
    low, high = (_profile_limit(best, x, y, test, side * t, error) for side in (-1, 1))
    rss, freedom = own[0].rss + own[1].rss, own[0].degrees_of_freedom + own[1].degrees_of_freedom
    parallelism_p = f_test(max(best.rss - rss, 0.0), 3, rss, freedom)
    checks = (
        Check("difference in shape", f"p = {parallelism_p:.3g}", "shown only", None),
        *_equivalence(own[0], own[1], rss / freedom, criteria),
        *_lack_of_fit(x, y, test, rss, freedom, criteria),
        Check(
            "limits closed",
            "yes" if np.isfinite(high - low) else "no",
            "yes",
            bool(np.isfinite(high - low)),
        ),
    )
    every = (*checks, *curves[0].checks, *curves[1].checks)
    return Potency(
        plate=curves[1].plate,
        sample=sample.name,
        relative_potency=float(np.exp(best.shift)),
        lower=float(np.exp(low)),
        upper=float(np.exp(high)),
        delta_lower=float(np.exp(best.shift - t * error)),
        delta_upper=float(np.exp(best.shift + t * error)),
        standard_error=error,
        degrees_of_freedom=best.degrees_of_freedom,
        parallelism_p=parallelism_p,
        checks=checks,
        valid=all(check.passed is not False for check in every),
    )


def _profile_limit(
    best: Fit,
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    test: NDArray[np.bool_],
    wanted: float,
    error: float,
) -> float:
    """Shift at which the signed root of the likelihood ratio reaches `wanted`; inf if never."""
    side = np.sign(wanted)

    def beyond(distance: float) -> float:
        rss = fit_shifted(best, x, y, test, best.shift + side * distance)
        return np.sqrt(max(rss - best.rss, 0.0) / best.variance) - abs(wanted)

    far = abs(wanted) * error
    while beyond(far) < 0:
        if far > FARTHEST:
            return float(side * np.inf)
        far *= 1.5
    return float(best.shift + side * brentq(beyond, 0.0, far, xtol=1e-9))


def _equivalence(reference: Fit, test: Fit, variance: float, criteria: Criteria) -> list[Check]:
    """Shape of the test's curve over the reference's, with 90 % limits by the delta method."""
    t = stdtrit(reference.degrees_of_freedom + test.degrees_of_freedom, 0.95)

    def error(gradients: tuple[list[float], list[float]]) -> float:
        parts = [
            np.dot(g, fit.inverse_information @ g)
            for g, fit in zip(gradients, (reference, test), strict=True)
        ]
        return float(t * np.sqrt(variance * sum(parts)))

    a, d = 1 / reference.span, 1 / test.span
    shift = (test.lower - reference.lower) / reference.span
    ratios = [
        (
            "slope ratio",
            test.slope / reference.slope,
            criteria.slope_ratio,
            ([0, 0, -1, 0], [0, 0, 1, 0]),
        ),
        (
            "span ratio",
            test.span / reference.span,
            criteria.span_ratio,
            ([a, -a, 0, 0], [-d, d, 0, 0]),
        ),
    ]
    checks = []
    for name, ratio, limit, gradients in ratios:
        factor = np.exp(error(gradients))
        low, high = ratio / factor, ratio * factor
        checks.append(
            Check(
                name,
                f"{ratio:.3f} ({low:.3f} to {high:.3f})",
                f"{1 / limit:.2f} to {limit:.2f}",
                bool(low >= 1 / limit and high <= limit),
            )
        )
    half = error(([a * (shift - 1), -a * shift, 0, 0], [a, 0, 0, 0]))
    checks.append(
        Check(
            "lower plateau shift",
            f"{shift:.3f} ({shift - half:.3f} to {shift + half:.3f})",
            f"-{criteria.plateau_shift:.2f} to {criteria.plateau_shift:.2f}",
            bool(abs(shift) + half <= criteria.plateau_shift),
        )
    )
    return checks


def _lack_of_fit(
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    test: NDArray[np.bool_],
    rss: float,
    freedom: int,
    criteria: Criteria,
) -> list[Check]:
    """Scatter about the curves against scatter between replicates; nothing without replicates."""
    _, group = np.unique(np.stack([test, x]), axis=1, return_inverse=True)
    group = group.ravel()
    means = np.bincount(group, y) / np.bincount(group)
    pure = float(np.sum((y - means[group]) ** 2))
    pure_freedom = len(y) - len(means)
    extra = freedom - pure_freedom
    if pure_freedom == 0 or extra <= 0 or pure == 0:
        return []
    p = f_test(max(rss - pure, 0.0), extra, pure, pure_freedom)
    level = criteria.lack_of_fit_level
    return [Check("lack of fit", f"p = {p:.3g}", f"p of {level:g} or more", p >= level)]
