"""How long responses last, and survival from a landmark on.

Whoever lives long has more time to respond, so survival from the first dose compared between
responders and others flatters response (immortal time). A landmark analysis asks who has responded
by a fixed day, and follows from that day on those who are still alive then.

Reference
---------
Anderson, Cain, Gelber. Analysis of survival by tumor response. J Clin Oncol 1983;1:710-719.
doi:10.1200/JCO.1983.1.11.710
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from aldesim.errors import InputError
from aldesim.trial.endpoints.logrank import LogRank, logrank
from aldesim.trial.endpoints.proportions import Proportion, proportion
from aldesim.trial.endpoints.survival import KaplanMeier, kaplan_meier


@dataclass(frozen=True)
class Landmark:
    """Survival from a landmark on, by response until then.

    Parameters
    ----------
    day : float
        The landmark.
    responders, others : KaplanMeier
        Time from the landmark to death, in days, of those under observation at it.
    test : LogRank
        Between the two.
    excluded : int
        Patients dead or lost to follow-up by the landmark.
    """

    day: float
    responders: KaplanMeier
    others: KaplanMeier
    test: LogRank
    excluded: int


def landmark_survival(
    response_day: ArrayLike, time: ArrayLike, died: ArrayLike, landmark: float
) -> Landmark:
    """Survival from a landmark on of patients with and without a response by then.

    Parameters
    ----------
    response_day : array, shape (n,)
        Day of the first confirmed response; NaN if none.
    time : array, shape (n,)
        Day of death or of the end of follow-up; NaN leaves a patient out.
    died : array of bool, shape (n,)
        True if `time` is the day of death.
    landmark : float
        Day, 0 or more.

    Raises
    ------
    InputError
        If arrays differ in length or the landmark is not finite and 0 or more.

    Examples
    --------
    >>> found = landmark_survival([40, np.nan, np.nan], [400, 200, 30], [True, True, True], 90)
    >>> found.responders.median().value, found.others.median().value, found.excluded
    (310.0, 110.0, 1)
    """
    first, span, dead = _checked(response_day, time, died)
    if not (np.isfinite(landmark) and landmark >= 0):
        raise InputError("landmark", "day", landmark, "must be finite and 0 or more")
    there = span > landmark
    responded = first <= landmark
    left = [(span[there & who] - landmark, dead[there & who]) for who in (responded, ~responded)]
    return Landmark(
        day=float(landmark),
        responders=kaplan_meier(*left[0]),
        others=kaplan_meier(*left[1]),
        test=logrank(*left[0], *left[1]),
        excluded=int((~there).sum()),
    )


def durable_response(
    response_day: ArrayLike, time: ArrayLike, progressed: ArrayLike, at_least: float
) -> Proportion:
    """Share of all patients whose response lasted at least so long.

    Parameters
    ----------
    response_day : array, shape (n,)
        Day of the first confirmed response; NaN if none.
    time : array, shape (n,)
        Day of progression, of death, or of the last scan; NaN leaves a patient out.
    progressed : array of bool, shape (n,)
        True if `time` is that of progression or death.
    at_least : float
        Days from the response. A response lost to follow-up before that does not count as durable.
    """
    first, span, _ = _checked(response_day, time, progressed)
    known = ~np.isnan(span)
    lasted = span[known] - first[known] >= at_least
    return proportion(int(lasted.sum()), int(known.sum()))


def duration_of_response(
    response_day: ArrayLike, time: ArrayLike, progressed: ArrayLike
) -> KaplanMeier:
    """Kaplan-Meier curve of the time from response to progression or death, responders only.

    Parameters
    ----------
    response_day, time, progressed
        As for `durable_response`.
    """
    first, span, ended = _checked(response_day, time, progressed)
    responded = np.isfinite(first)
    return kaplan_meier((span - first)[responded], ended[responded])


def _checked(
    response_day: ArrayLike, time: ArrayLike, event: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_]]:
    first, span = np.asarray(response_day, float), np.asarray(time, float)
    ended = np.asarray(event)
    if not first.shape == span.shape == ended.shape or first.ndim != 1:
        shapes = (first.shape, span.shape, ended.shape)
        raise InputError("response", "arrays", shapes, "must be rows of one length")
    return first, span, ended.astype(bool)
