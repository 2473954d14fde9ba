"""Signs that rules, grades and orders look at: readings, with trends and sums over hours."""

from collections import deque
from collections.abc import Callable
from operator import itemgetter

import numpy as np

from aldesim.care import grade
from aldesim.timeunits import HOURS_PER_DAY
from aldesim.trial.readings import Readings

ML_PER_L = 1000.0
HIGH_FEVER = 40.0  # degC
SHIFT_HOURS = 8
SHIFT_OF_1L = 1000.0  # mL of diarrhoea in a shift
ACIDOSIS = 18.0  # mmol/L of bicarbonate or less (Dutcher 2014, J Immunother Cancer 2:26, Table 3)
AT_REST = 3  # CTCAE grade of a dyspnoea at rest
REFRACTORY = 3  # CTCAE grade of vomiting that comes through the antiemetic
PSYCHOSIS = 4  # CTCAE grade of confusion that stands for a toxic psychosis

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
    "chills",
    "fatigue",
    "nausea",
    "vomiting",
    "extra_stools",
    "rash",
    "pruritus",
    "depression",
    "insomnia",
    "dyspnoea",
    "haemoglobin",
    "neutrophils",
    "ALT",
    "bicarbonate",
    "glucose",
    "TSH",
    "free_T4",
)
"""Observables of the model that are signs as they stand."""

_read = itemgetter(*READ)

DERIVED = (
    "weight_gain_kg",
    "weight_gain_pct",
    "hours_above_40",
    "confusion_grade",
    "hours_toxic_psychosis",
    "dyspnoea_at_rest",
    "refractory_vomiting",
    "diarrhoea_mL_per_shift",
    "diarrhoea_shifts_of_1L",
    "acidosis",
    "fluid_bolus_24h",
    "urine_1h_mL_per_kg",
    "urine_8h_mL",
    "urine_24h_mL",
    "pressor_rising",
    "pressor_dose_max",
    "creatinine_rising",
    "urine_mL_per_h",
    "urine_mL_per_kg_per_h",
)
"""Signs that a chart adds: differences, sums over hours, trends since the last decision."""

CHARTED_ONLY = ("weight", "urine_total", "diarrhoea")
"""Observables that are read too, but are no signs by themselves."""

IMPLIED = {"ventricular_arrhythmia": "sustained_VT", "infection_suspected": "infection"}
"""Signs that are true whenever another one is: every such event of the model is that severe."""

_PRESSOR_NOISE = 0.02  # ug/kg/min; a titration within it is a stable requirement
_CREATININE_NOISE = 0.1  # mg/dL; the last digit a laboratory reports


class Chart:
    """Signs of every patient, instant by instant.

    Parameters
    ----------
    seen : dict of str to ndarray, shape (n,)
        Observables before the first dose.
    readings : Readings, optional
        How they are read; without it the chart shows the true values at once.
    """

    def __init__(self, seen: dict[str, np.ndarray], readings: Readings | None = None):
        self._readings = readings
        charted = seen if readings is None else seen | readings.charted
        self._weight = charted["weight"].copy()
        size = len(self._weight)
        self._urine: deque[tuple[float, np.ndarray]] = deque()
        self._urine_sums = {hours: np.full(size, np.nan) for hours in (1, 8, 24)}
        self._hours_above_40 = np.zeros(size)
        self._hours_toxic_psychosis = np.zeros(size)
        self._shifts_of_1L = np.zeros(size)
        self._last_shift = 0.0
        self._pressor_max = np.zeros(size)
        self._last_look = 0.0
        self._last_decision: dict[str, np.ndarray] = {}
        self._last_decision_day = np.nan
        self._judged: dict[str, tuple[np.ndarray, np.ndarray]] = {}

    def look(
        self,
        day: float,
        seen: dict[str, np.ndarray],
        active: dict[str, np.ndarray],
        fluid_bolus_24h: np.ndarray,
        inpatient: np.ndarray,
        arriving: np.ndarray,
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
        inpatient, arriving : ndarray of bool, shape (n,)
            In hospital now; those who have just come in.
        """
        hours = HOURS_PER_DAY * (day - self._last_look)
        self._last_look = day
        if self._readings is not None:
            seen = self._readings.look(day, seen, inpatient, arriving)
        self._hours_above_40 = _time_on(
            seen["temperature"] > HIGH_FEVER, self._hours_above_40, hours
        )
        confused = self._once("confusion", seen, _grade_of_confusion)
        self._hours_toxic_psychosis = _time_on(
            confused >= PSYCHOSIS, self._hours_toxic_psychosis, hours
        )
        in_shift = self._once("diarrhoea", seen, _volume_in_shift)
        self._count_shifts(day, in_shift, arriving)
        self._pressor_max = np.fmax(self._pressor_max, seen["pressor_dose"])
        self._add_urine(day, seen["urine_total"])
        gain = seen["weight"] - self._weight
        return {
            **dict(zip(READ, _read(seen), strict=True)),
            "weight_gain_kg": gain,
            "weight_gain_pct": 100 * gain / self._weight,
            "hours_above_40": self._hours_above_40,
            "confusion_grade": confused,
            "hours_toxic_psychosis": self._hours_toxic_psychosis,
            "dyspnoea_at_rest": self._once("dyspnoea", seen, _at_rest),
            "refractory_vomiting": self._once("vomiting", seen, _refractory),
            "diarrhoea_mL_per_shift": in_shift,
            "diarrhoea_shifts_of_1L": self._shifts_of_1L,
            "acidosis": self._once("bicarbonate", seen, _acidotic),
            "fluid_bolus_24h": fluid_bolus_24h,
            "urine_1h_mL_per_kg": self._urine_sums[1] / self._weight,
            "urine_8h_mL": self._urine_sums[8],
            "urine_24h_mL": self._urine_sums[24],
            "urine_total": seen["urine_total"],
            **active,
            **{sign: active[cause] for sign, cause in IMPLIED.items() if cause in active},
        }

    def _once(
        self,
        sign: str,
        seen: dict[str, np.ndarray],
        judge: Callable[[np.ndarray], np.ndarray],
    ) -> np.ndarray:
        """What follows from one sign; what stands on the chart is judged once."""
        value, known = seen[sign], self._judged.get(sign)
        if known is None or known[0] is not value:
            known = self._judged[sign] = value, judge(value)
        return known[1]

    def ages(self, day: float) -> dict[str, np.ndarray]:
        """Hours since the readings on the chart were taken, by round; none if they are exact."""
        return {} if self._readings is None else self._readings.ages(day)

    def decision_signs(self, day: float, signs: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Signs with their trends since the last dose that was due.

        Parameters
        ----------
        day : float
            Days from the first dose.
        signs : dict of str to ndarray, shape (n,)
            From `look`.
        """
        now = {name: signs[name] for name in ("pressor_dose", "creatinine", "urine_total")}
        before = self._last_decision or now
        creatinine = before["creatinine"]
        if self._readings is not None and "creatinine" in self._readings.previous:
            # Read once a day: a trend is one between results, not between decisions.
            creatinine = self._readings.previous["creatinine"]
        hours = HOURS_PER_DAY * (day - self._last_decision_day)
        trends: dict[str, np.ndarray] = {
            "pressor_rising": signs["pressor_dose"] > before["pressor_dose"] + _PRESSOR_NOISE,
            "creatinine_rising": signs["creatinine"] > creatinine + _CREATININE_NOISE,
            "pressor_dose_max": self._pressor_max,
        }
        # Before the first dose no interval has passed over which urine could be collected.
        rate = np.full(len(self._weight), np.inf)
        if hours > 0:
            rate = ML_PER_L * (now["urine_total"] - before["urine_total"]) / hours
            rate = np.where(np.isnan(rate), np.inf, rate)  # not collected throughout
        trends["urine_mL_per_h"] = rate
        trends["urine_mL_per_kg_per_h"] = rate / self._weight
        self._last_decision, self._last_decision_day = now, day
        self._pressor_max = signs["pressor_dose"].copy()
        return signs | trends

    def _count_shifts(self, day: float, in_shift: np.ndarray, arriving: np.ndarray) -> None:
        """Count the shift that has ended, if one has, for those with a litre of diarrhoea (mL)."""
        over = HOURS_PER_DAY * (day - self._last_shift) >= SHIFT_HOURS - 1e-6
        if over:
            self._last_shift = day
        if over or arriving.any():
            count = self._shifts_of_1L + (over & (in_shift >= SHIFT_OF_1L))
            self._shifts_of_1L = np.where(arriving, 0.0, count)

    def _add_urine(self, day: float, total: np.ndarray) -> None:
        """Keep the total of this instant and renew the sums over the hours before it, mL."""
        if self._urine and self._urine[-1][0] >= day:
            return
        if self._readings is not None:
            self._urine_sums[1] = ML_PER_L * self._readings.urine_rate
            # Between collections a sum over hours would split one; the last sum stands.
            if not self._readings.collected:
                return
        # A copy: a row of the body's observables would keep all of them.
        self._urine.append((day, total.copy()))
        while self._urine[0][0] < day - 1.0 - 1e-9:
            self._urine.popleft()
        for hours in (8, 24) if self._readings is not None else (1, 8, 24):
            self._urine_sums[hours] = self._urine_since(day, total, hours)

    def _urine_since(self, day: float, total: np.ndarray, hours: float) -> np.ndarray:
        """Urine of the last hours, mL; NaN where they were not watched throughout."""
        start = day - hours / HOURS_PER_DAY
        watched = [then for then, _ in self._urine]
        at = int(np.searchsorted(watched, start - 1e-9))
        if at == len(watched) or abs(watched[at] - start) > 1e-6:
            return np.full(len(total), np.nan)
        return ML_PER_L * (total - self._urine[at][1])


def _time_on(on: np.ndarray, before: np.ndarray, hours: float) -> np.ndarray:
    """Hours that something has lasted without a break."""
    return (before + hours) * on


def _grade_of_confusion(index: np.ndarray) -> np.ndarray:
    return grade("confusion", index)


def _volume_in_shift(litres_per_day: np.ndarray) -> np.ndarray:
    return ML_PER_L * litres_per_day * SHIFT_HOURS / HOURS_PER_DAY


def _at_rest(index: np.ndarray) -> np.ndarray:
    return _where_known(grade("dyspnoea", index) >= AT_REST, index)


def _refractory(index: np.ndarray) -> np.ndarray:
    return _where_known(grade("vomiting", index) >= REFRACTORY, index)


def _acidotic(bicarbonate: np.ndarray) -> np.ndarray:
    return _where_known(bicarbonate <= ACIDOSIS, bicarbonate)


def _where_known(flag: np.ndarray, value: np.ndarray) -> np.ndarray:
    return np.where(np.isnan(value), np.nan, flag.astype(float))
