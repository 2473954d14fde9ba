"""Proportions with Wilson intervals.

References
----------
Wilson. Probable inference, the law of succession, and statistical inference.
J Am Stat Assoc 1927;22:209-212. doi:10.1080/01621459.1927.10502953
"""

from __future__ import annotations

from dataclasses import dataclass

from aldesim.errors import InputError


@dataclass(frozen=True)
class Proportion:
    """Share of patients with its confidence interval.

    Parameters
    ----------
    count, n : int
        Patients with the property, and patients looked at.
    value, low, high : float
        Share and its limits, 0 to 1; NaN when nobody was looked at.
    """

    count: int
    n: int
    value: float
    low: float
    high: float


def proportion(count: int, n: int, confidence: float = 0.95) -> Proportion:
    """Share `count / n` with its Wilson interval.

    Parameters
    ----------
    count, n : int
        Patients with the property, and patients looked at.
    confidence : float
        Coverage of the interval, between 0 and 1.

    Returns
    -------
    Proportion

    Raises
    ------
    InputError
        If the count is not within 0 to n or the confidence not between 0 and 1.

    Examples
    --------
    >>> share = proportion(37, 255)
    >>> round(share.low, 3), round(share.high, 3)
    (0.107, 0.194)
    """
    check_confidence("proportion", confidence)
    if n < 0:
        raise InputError("proportion", "n", n, "must be 0 or more")
    if not 0 <= count <= n:
        raise InputError("proportion", "count", count, f"must be within 0 and n = {n}")
    if n == 0:
        return Proportion(0, 0, float("nan"), float("nan"), float("nan"))
    from scipy.stats import binomtest

    interval = binomtest(int(count), int(n)).proportion_ci(confidence, method="wilson")
    return Proportion(int(count), int(n), count / n, float(interval.low), float(interval.high))


def check_confidence(where: str, confidence: float) -> None:
    """Refuse a coverage that is not between 0 and 1.

    Parameters
    ----------
    where : str
        What the coverage is for, named in the error.
    confidence : float
        Coverage of an interval.

    Raises
    ------
    InputError
        If it is not between 0 and 1.
    """
    if not 0 < confidence < 1:
        raise InputError(where, "confidence", confidence, "must be between 0 and 1")
