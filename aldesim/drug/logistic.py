"""Four-parameter logistic curves, fitted by least squares: one alone, or two that are parallel.

In log dose x a curve is A + (D - A) / (1 + exp(-B (x - C))): A at no dose, D at full dose, slope
B > 0, C where half the span is reached. Two parallel curves differ in C alone: the test's is the
reference's moved along the axis by the log relative potency.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares
from scipy.special import expit

from aldesim.errors import InputError

Array = NDArray[np.float64]

START_SLOPES = np.geomspace(0.3, 8, 9)
START_HALVES = 15  # places along the doses where the search begins
STEEPEST = 50.0  # a slope beyond this is a step that the doses cannot resolve
TOLERANCE = 1e-12


@dataclass(frozen=True, eq=False)
class Fit:
    """Least-squares fit of one curve, or of two parallel ones.

    Parameters
    ----------
    lower, upper : float
        Responses at no and at full dose (A, D).
    slope : float
        B, per unit of natural log dose; above 0.
    log_half : float
        C, natural log dose of the half response (of the reference).
    shift : float
        Log relative potency: the test's curve at x is the reference's at x + shift; 0 if alone.
    rss : float
        Residual sum of squares.
    residuals, leverage : ndarray, shape (n,)
        Observed less fitted, and the diagonal of the hat matrix.
    inverse_information : ndarray, shape (p, p)
        Covariance over the residual variance, of (lower, upper, ln slope, log_half[, shift]).
    """

    lower: float
    upper: float
    slope: float
    log_half: float
    shift: float
    rss: float
    residuals: Array
    leverage: Array
    inverse_information: Array

    @property
    def degrees_of_freedom(self) -> int:
        """Observations less parameters."""
        return len(self.residuals) - len(self.inverse_information)

    @property
    def variance(self) -> float:
        """Residual variance."""
        return self.rss / self.degrees_of_freedom

    @property
    def span(self) -> float:
        """Full less empty response; negative for a curve that falls."""
        return self.upper - self.lower

    def share(self, log_dose: float) -> float:
        """Share of the span reached at a log dose, 0 to 1."""
        return float(expit(self.slope * (log_dose - self.log_half)))


def rough_rss(log_dose: Array, response: Array) -> float:
    """Residual sum of squares of the best curve on a coarse grid; never fails."""
    lower, upper, log_slope, half = _search(log_dose, response)
    fitted = lower + (upper - lower) * expit(np.exp(log_slope) * (log_dose - half))
    return float(np.sum((response - fitted) ** 2))


def fit_curve(log_dose: Array, response: Array, where: str) -> Fit:
    """Curve of one sample.

    Raises
    ------
    InputError
        If the data do not determine a curve.
    """
    return _fit(log_dose, response, None, _search(log_dose, response), where)


def fit_parallel(log_dose: Array, response: Array, test: NDArray[np.bool_], where: str) -> Fit:
    """Parallel curves of two samples.

    Parameters
    ----------
    log_dose, response : ndarray, shape (n,)
        Wells of both.
    test : ndarray of bool, shape (n,)
        True for the wells of the test.
    where : str
        For messages.

    Raises
    ------
    InputError
        If the data do not determine the curves.
    """
    reference = _search(log_dose[~test], response[~test])
    other = _search(log_dose[test], response[test])
    start = [*((reference[:3] + other[:3]) / 2), reference[3], reference[3] - other[3]]
    return _fit(log_dose, response, test, np.array(start), where)


def fit_shifted(
    best: Fit, log_dose: Array, response: Array, test: NDArray[np.bool_], shift: float
) -> float:
    """Parallel curves whose shift is given: its residual sum of squares.

    Parameters
    ----------
    best : Fit
        The parallel fit, where the search begins.
    log_dose, response, test : ndarray, shape (n,)
        As for `fit_parallel`.
    shift : float
        Log relative potency.
    """
    half = best.log_half + (shift - best.shift) * np.mean(test)
    start = np.array([best.lower, best.upper, np.log(best.slope), half])
    moved = np.where(test, log_dose + shift, log_dose)
    return _fit(moved, response, None, start, "profile").rss


def _fit(
    x: Array, response: Array, test: NDArray[np.bool_] | None, start: Array, where: str
) -> Fit:
    # Fitted on the unit interval, so that the unit of the response changes nothing.
    low, width = response.min(), np.ptp(response)
    y = (response - low) / width
    begin = start.copy()
    begin[:2] = (begin[:2] - low) / width

    def place(p: Array) -> Array:
        return x - p[3] if test is None else x - p[3] + np.where(test, p[4], 0.0)

    def residuals(p: Array) -> Array:
        return p[0] + (p[1] - p[0]) * expit(_slope(p) * place(p)) - y

    def jacobian(p: Array) -> Array:
        z, b = place(p), _slope(p)
        s = expit(b * z)
        steep = (p[1] - p[0]) * s * (1 - s) * b
        columns = [1 - s, s, steep * z, -steep]
        return np.stack(columns if test is None else [*columns, np.where(test, steep, 0.0)], axis=1)

    found = least_squares(
        residuals,
        begin,
        jac=jacobian,  # pyright: ignore[reportArgumentType]
        method="lm",
        ftol=TOLERANCE,
        xtol=TOLERANCE,
        gtol=TOLERANCE,
    )
    p, j = found.x, jacobian(found.x)
    information = j.T @ j
    if not found.success or _slope(p) > STEEPEST or np.linalg.cond(information) > 1e12:
        allowed = "must determine a curve: doses on both plateaus and at least three between"
        raise InputError(where, "response", "no curve", allowed)
    inverse = np.linalg.inv(information)
    unit = np.ones(len(p))
    unit[:2] = width
    return Fit(
        lower=float(low + width * p[0]),
        upper=float(low + width * p[1]),
        slope=_slope(p),
        log_half=float(p[3]),
        shift=0.0 if test is None else float(p[4]),
        rss=float(width**2 * np.sum(found.fun**2)),
        residuals=-width * found.fun,
        leverage=np.einsum("ij,jk,ik->i", j, inverse, j),
        inverse_information=inverse * np.outer(unit, unit) / width**2,
    )


def _slope(p: Array) -> float:
    return float(np.exp(min(p[2], 10.0)))


def _search(x: Array, y: Array) -> Array:
    """Rough curve: for each slope and half on a grid the plateaus are a linear regression."""
    halves = np.linspace(x.min(), x.max(), START_HALVES)
    slope, half = (grid.ravel() for grid in np.meshgrid(START_SLOPES, halves))
    share = expit(slope[:, None] * (x - half[:, None]))
    share_mean, y_mean = share.mean(axis=1), y.mean()
    around = share - share_mean[:, None]
    spread = np.maximum((around**2).sum(axis=1), 1e-300)
    span = around @ (y - y_mean) / spread
    best = int(np.argmax(span**2 * spread))
    lower = y_mean - span[best] * share_mean[best]
    return np.array([lower, lower + span[best], np.log(slope[best]), half[best]])
