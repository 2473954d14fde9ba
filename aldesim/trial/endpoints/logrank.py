"""Log-rank test: whether two groups differ in their survival.

References
----------
Mantel. Cancer Chemother Rep 1966;50:163-170.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from aldesim.trial.endpoints.survival import known_times


class LogRank(NamedTuple):
    """Log-rank comparison of two groups.

    Parameters
    ----------
    chi2 : float
        Test statistic with one degree of freedom.
    p : float
        Two-sided p value.
    """

    chi2: float
    p: float


def logrank(
    time_a: ArrayLike, event_a: ArrayLike, time_b: ArrayLike, event_b: ArrayLike
) -> LogRank:
    """Log-rank test between two groups.

    Parameters
    ----------
    time_a, time_b : array, shape (n,), (m,)
        Times to the event or to censoring, in one unit; NaN leaves a patient out.
    event_a, event_b : array of bool, shape (n,), (m,)
        True if the time ended in the event.

    Returns
    -------
    LogRank
        NaN when a group is empty or no event was seen: there is nothing to compare.

    Raises
    ------
    InputError
        As for `kaplan_meier`.
    """
    from scipy.stats import CensoredData
    from scipy.stats import logrank as scipy_logrank

    groups = [known_times(time_a, event_a)[:2], known_times(time_b, event_b)[:2]]
    if any(span.size == 0 for span, _ in groups) or not any(ended.any() for _, ended in groups):
        return LogRank(np.nan, np.nan)
    samples = [CensoredData(uncensored=span[ended], right=span[~ended]) for span, ended in groups]
    with np.errstate(divide="ignore", invalid="ignore"):
        result = scipy_logrank(samples[0], samples[1])
    return LogRank(float(result.statistic) ** 2, float(result.pvalue))
