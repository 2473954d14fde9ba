"""Signs made of the model's state: what a chart would show, trends and sums over hours included."""

from collections import deque

import numpy as np

from aldesim.care import grade

ML_PER_L = 1000.0
HOURS_PER_DAY = 24
HIGH_FEVER = 40.0  # degC

READ = (
    "MAP",
    "SBP",
    "heart_rate",
    "pressor_dose",
    "SpO2",
    "creatinine",
    "bilirubin",
    "platelets",
    "lymphocytes",
    "albumin",
    "temperature",
    "confusion",
)
"""Observables of the model that are signs as they stand."""

DERIVED = (
    "weight_gain_kg",
    "weight_gain_pct",
    "hours_above_40",
    "confusion_grade",
    "fluid_bolus_24h",
    "urine_1h_mL_per_kg",
    "urine_8h_mL",
    "urine_24h_mL",
    "pressor_rising",
    "creatinine_rising",
    "urine_mL_per_h",
)
"""Signs that a chart adds: differences, sums over hours, trends since the last decision."""

_PRESSOR_NOISE = 0.02  # ug/kg/min; a titration within it is a stable requirement
_CREATININE_NOISE = 0.1  # mg/dL; the last digit a laboratory reports


class Chart:
    """Signs of every patient, hour by hour.

    Parameters
    ----------
    seen : dict of str to ndarray, shape (n,)
        Observables before the first dose.
    """

    def __init__(self, seen: dict[str, np.ndarray]):
        size = len(seen["weight"])
        self._weight = seen["weight"].copy()
        self._urine: deque[tuple[float, np.ndarray]] = deque()
        self._hours_above_40 = np.zeros(size)
        self._last_look = 0.0
        self._last_decision: dict[str, np.ndarray] = {}
        self._last_decision_day = np.nan

    def look(
        self,
        day: float,
        seen: dict[str, np.ndarray],
        active: dict[str, np.ndarray],
        fluid_bolus_24h: np.ndarray,
    ) -> dict[str, np.ndarray]:
        """Signs of this moment, by the names that rules and grades use.

        Parameters
        ----------
        day : float
            Days from the first dose.
        seen : dict of str to ndarray, shape (n,)
            Observables of the model.
        active : dict of str to ndarray of bool, shape (n,)
            Sudden events that are active, by sign.
        fluid_bolus_24h : ndarray, shape (n,)
            Fluid given as boluses in the last day, L.
        """
        hours = HOURS_PER_DAY * (day - self._last_look)
        self._last_look = day
        hot = seen["temperature"] > HIGH_FEVER
        self._hours_above_40 = np.where(hot, self._hours_above_40 + hours, 0.0)
        gain = seen["weight"] - self._weight
        signs = {name: seen[name] for name in READ}
        return signs | {
            "weight_gain_kg": gain,
            "weight_gain_pct": 100 * gain / self._weight,
            "hours_above_40": self._hours_above_40,
            "confusion_grade": grade("confusion", seen["confusion"]),
            "fluid_bolus_24h": fluid_bolus_24h,
            "urine_1h_mL_per_kg": self._urine_since(day, seen["urine_total"], 1) / self._weight,
            "urine_8h_mL": self._urine_since(day, seen["urine_total"], 8),
            "urine_24h_mL": self._urine_since(day, seen["urine_total"], 24),
            **active,
        }

    def decision_signs(
        self, day: float, signs: dict[str, np.ndarray], urine_total: np.ndarray
    ) -> dict[str, np.ndarray]:
        """Signs with their trends since the last dose that was due.

        Parameters
        ----------
        day : float
            Days from the first dose.
        signs : dict of str to ndarray, shape (n,)
            From `look`.
        urine_total : ndarray, shape (n,)
            Urine since the start, L.
        """
        before = self._last_decision or {
            "pressor_dose": signs["pressor_dose"],
            "creatinine": signs["creatinine"],
            "urine_total": urine_total,
        }
        hours = HOURS_PER_DAY * (day - self._last_decision_day)
        trends: dict[str, np.ndarray] = {
            "pressor_rising": signs["pressor_dose"] > before["pressor_dose"] + _PRESSOR_NOISE,
            "creatinine_rising": signs["creatinine"] > before["creatinine"] + _CREATININE_NOISE,
        }
        # Before the first dose no interval has passed over which urine could be collected.
        if hours > 0:
            trends["urine_mL_per_h"] = ML_PER_L * (urine_total - before["urine_total"]) / hours
        else:
            trends["urine_mL_per_h"] = np.full(len(urine_total), np.inf)
        self._last_decision = {
            "pressor_dose": signs["pressor_dose"],
            "creatinine": signs["creatinine"],
            "urine_total": urine_total,
        }
        self._last_decision_day = day
        return signs | trends

    def _urine_since(self, day: float, total: np.ndarray, hours: float) -> np.ndarray:
        """Urine of the last hours, mL; NaN where they were not watched throughout."""
        if not self._urine or self._urine[-1][0] < day:
            self._urine.append((day, total))
        while self._urine[0][0] < day - 1.0 - 1e-9:
            self._urine.popleft()
        start = day - hours / HOURS_PER_DAY
        watched = [then for then, _ in self._urine]
        at = int(np.searchsorted(watched, start - 1e-9))
        if at == len(watched) or abs(watched[at] - start) > 1e-6:
            return np.full(len(total), np.nan)
        return ML_PER_L * (total - self._urine[at][1])
