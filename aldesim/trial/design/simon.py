"""Simon's two-stage designs of a single arm, found by exact binomial probabilities.

Reference
---------
Simon. Optimal two-stage designs for phase II clinical trials. Control Clin Trials 1989;10:1-10.
doi:10.1016/0197-2456(89)90015-9
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from aldesim.errors import InputError

Kind = Literal["optimal", "minimax"]
MOST = 400
"""Largest trial that is looked for, patients."""
_ROUNDING = 1e-12


@dataclass(frozen=True)
class TwoStage:
    """A two-stage design: stop after `n1` patients with at most `r1` responses.

    Parameters
    ----------
    r1, n1 : int
        Stage one: stop with `r1` responses or fewer among `n1` patients.
    r, n : int
        The end: the treatment is worth no more with `r` responses or fewer among all `n` patients.
    p0, p1 : float
        Response rate that is of no interest, and one that should be found.
    """

    r1: int
    n1: int
    r: int
    n: int
    p0: float
    p1: float

    def success(self, rate: float) -> float:
        """Probability of more than `r1` responses in stage one and more than `r` in all."""
        first = _probabilities(self.n1, rate)
        reach = _at_least(self.n - self.n1, rate, self.r - np.arange(self.n1 + 1))
        return float((first * reach)[self.r1 + 1 :].sum())

    def early_stop(self, rate: float) -> float:
        """Probability of stopping after stage one."""
        return float(_probabilities(self.n1, rate)[: self.r1 + 1].sum())

    def expected_size(self, rate: float) -> float:
        """Mean number of patients."""
        return self.n1 + (1 - self.early_stop(rate)) * (self.n - self.n1)

    @property
    def alpha(self) -> float:
        """Probability of success at `p0`: the exact error of the first kind."""
        return self.success(self.p0)

    @property
    def power(self) -> float:
        """Probability of success at `p1`."""
        return self.success(self.p1)


@lru_cache(maxsize=64)
def simon(p0: float, p1: float, alpha: float, power: float, kind: Kind = "optimal") -> TwoStage:
    """Two-stage design with the fewest patients at `p0`.

    Parameters
    ----------
    p0, p1 : float
        Response rate that is of no interest, and one that should be found, 0 < p0 < p1 < 1.
    alpha : float
        Largest probability of success at `p0`.
    power : float
        Smallest probability of success at `p1`.
    kind : str
        "optimal": the smallest mean number of patients at `p0`; "minimax": the smallest largest
        number, and among those the smallest mean.

    Returns
    -------
    TwoStage
        The exact optimum: the search ends only where no larger trial can do better.

    Raises
    ------
    InputError
        If the rates or the errors make no sense, or more than 400 patients would be needed.

    Examples
    --------
    >>> found = simon(0.10, 0.30, alpha=0.05, power=0.80)
    >>> found.r1, found.n1, found.r, found.n
    (1, 10, 5, 29)
    """
    _check(p0, p1, alpha, power, kind)
    best: TwoStage | None = None
    best_mean = np.inf
    for n in range(2, MOST + 1):
        n1 = np.arange(1, n)
        # The largest r1 that leaves enough power bounds how often, and so how cheaply, one stops.
        stops = np.array([_cheapest_stop(int(k), p0, p1, power) for k in n1])
        least = n1 + (1 - stops) * (n - n1)
        if least.min() >= best_mean:
            break
        for k in n1[least < best_mean]:
            found = _best_of(int(k), n, p0, p1, alpha, power)
            if found is not None and found.expected_size(p0) < best_mean - _ROUNDING:
                best, best_mean = found, found.expected_size(p0)
        if best is not None and kind == "minimax":
            break
    if best is None:
        allowed = f"needs more than {MOST} patients: widen the gap to p0 = {p0:g}"
        raise InputError("simon", "p1", p1, allowed)
    return best


def _check(p0: float, p1: float, alpha: float, power: float, kind: str) -> None:
    if not 0 < p0 < 1:
        raise InputError("simon", "p0", p0, "must be between 0 and 1")
    if not p0 < p1 < 1:
        raise InputError("simon", "p1", p1, f"must be between p0 = {p0:g} and 1")
    for name, value in (("alpha", alpha), ("power", power)):
        if not 0 < value < 1:
            raise InputError("simon", name, value, "must be between 0 and 1")
    if power <= alpha:
        raise InputError("simon", "power", power, f"must be above alpha = {alpha:g}")
    if kind not in ("optimal", "minimax"):
        raise InputError("simon", "kind", kind, "must be optimal or minimax")


@lru_cache(maxsize=4096)
def _cheapest_stop(n1: int, p0: float, p1: float, power: float) -> float:
    """Largest probability of stopping early at p0 that still allows the power; 0 if none."""
    kept = 1 - np.cumsum(_probabilities(n1, p1))
    allowed = np.flatnonzero(kept >= power - _ROUNDING)
    if not allowed.size:
        return 0.0
    return float(np.cumsum(_probabilities(n1, p0))[allowed[-1]])


def _best_of(n1: int, n: int, p0: float, p1: float, alpha: float, power: float) -> TwoStage | None:
    """Design with these two sizes that stops most often at p0; None if none keeps both errors.

    Success at every (r1, r) at once: row r1, column r.
    """
    ends = np.arange(n)

    def success(rate: float) -> NDArray[np.float64]:
        first = _probabilities(n1, rate)[:, None]
        reach = _at_least(n - n1, rate, ends[None, :] - np.arange(n1 + 1)[:, None])
        whole = np.cumsum((first * reach)[::-1], axis=0)[::-1]
        return whole[1:]  # more than r1 responses

    good = (success(p0) <= alpha + _ROUNDING) & (success(p1) >= power - _ROUNDING)
    good &= np.arange(n1)[:, None] <= ends[None, :]
    rows = np.flatnonzero(good.any(axis=1))
    if not rows.size:
        return None
    r1 = int(rows[-1])
    return TwoStage(r1, n1, int(np.flatnonzero(good[r1])[0]), n, p0, p1)


@lru_cache(maxsize=4096)
def _probabilities(n: int, rate: float) -> NDArray[np.float64]:
    """Binomial probability of 0 to n responses, shape (n + 1,)."""
    from scipy.stats import binom

    return binom.pmf(np.arange(n + 1), n, rate)


def _at_least(n: int, rate: float, more_than: NDArray[np.int64]) -> NDArray[np.float64]:
    """Binomial probability of more than so many responses among n."""
    tail = np.append(np.cumsum(_probabilities(n, rate)[::-1])[::-1], 0.0)
    return tail[np.clip(more_than + 1, 0, n + 1)]
