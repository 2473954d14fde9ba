"""The worst of it: running extremes of the body and worst CTCAE grades of each patient."""

import numpy as np
import polars as pl

from aldesim.care import Grading, grade
from aldesim.timeunits import HOURS_PER_DAY

PRESSOR_ON = 0.01  # ug/kg/min; below this the drug only washes out

_KEEP = {
    "MAP_min": ("MAP", np.fmin),
    "creatinine_max": ("creatinine", np.fmax),
    "albumin_min": ("albumin", np.fmin),
    "platelets_min": ("platelets", np.fmin),
    "bilirubin_max": ("bilirubin", np.fmax),
    "temperature_max": ("temperature", np.fmax),
    "lymphocytes_min": ("lymphocytes", np.fmin),
    "lymphocytes_max": ("lymphocytes", np.fmax),
    "haemoglobin_min": ("haemoglobin", np.fmin),
    "neutrophils_min": ("neutrophils", np.fmin),
    "bicarbonate_min": ("bicarbonate", np.fmin),
    "ALT_max": ("ALT", np.fmax),
    "TSH_max": ("TSH", np.fmax),
    "blood_Treg_fold_max": ("blood_Treg_fold", np.fmax),
    "blood_CD4_fold_end": ("blood_CD4_fold", lambda old, new: new),
    "weight_gain_max_pct": ("weight_gain_pct", np.fmax),
}
_FOLD = ("blood_Treg", "blood_CD4")  # also as multiples of the values before the first dose


class Extremes:
    """Running extremes of the signs, and what was given beside the drug.

    Parameters
    ----------
    seen : dict of str to ndarray, shape (n,)
        Observables of the model before the first dose: the true values, not readings.
    """

    def __init__(self, seen: dict[str, np.ndarray]):
        self._weight = seen["weight"].copy()
        self._cells = {name: seen[name].copy() for name in _FOLD}
        signs = self._with_gain(seen)
        self.values = {name: signs[sign].copy() for name, (sign, _) in _KEEP.items()}
        self.pressor_hours = np.zeros(len(seen["MAP"]))
        self.fluid_L = np.zeros(len(seen["MAP"]))

    def look(self, seen: dict[str, np.ndarray], alive: np.ndarray) -> None:
        """Take one instant into account, for those alive."""
        signs = self._with_gain(seen)
        everyone = alive.all()
        for name, (sign, pick) in _KEEP.items():
            old = self.values[name]
            found = pick(old, signs[sign])
            self.values[name] = found if everyone else np.where(alive, found, old)

    def pass_time(self, days: float, pressor_dose: np.ndarray, crystalloid: np.ndarray) -> None:
        """Add the days until the next instant: pressor (ug/kg/min) and crystalloid (L/day)."""
        self.pressor_hours += np.where(pressor_dose > PRESSOR_ON, HOURS_PER_DAY * days, 0.0)
        self.fluid_L += crystalloid * days

    def _with_gain(self, seen: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        gain = seen["weight"] - self._weight
        fold = {f"{name}_fold": seen[name] / before for name, before in self._cells.items()}
        return seen | fold | {"weight_gain_pct": 100 * gain / self._weight}


class WorstGrades:
    """Worst CTCAE grade of each term as charted, the day it began and the day it was worst.

    Parameters
    ----------
    grading : Grading
        Terms and thresholds.
    signs : dict of str to ndarray, shape (n,)
        Signs before the first dose: the baselines.
    """

    def __init__(self, grading: Grading, signs: dict[str, np.ndarray]):
        self._grading = grading
        self._baseline = {name: np.array(values, dtype=float) for name, values in signs.items()}
        size = len(signs["MAP"])
        terms = [term for term in grading.terms if term not in grading.not_graded(signs)]
        self._worst = {term: np.full(size, -1, dtype=np.int8) for term in terms}
        self._looked_at: dict[str, list[np.ndarray]] = {}
        self._onset = {term: np.full(size, np.nan) for term in terms}
        self._worst_day = {term: np.full(size, np.nan) for term in terms}
        self._worst_value = {term: np.full(size, np.nan) for term in terms}

    def look(self, day: float, signs: dict[str, np.ndarray], alive: np.ndarray) -> None:
        """Grade one instant, for those alive."""
        for term in self._worst:
            row = self._grading.terms[term]
            looked_at = [signs[name] for name in sorted(row.signs)]
            before = self._looked_at.get(term)
            if before and all(new is old for new, old in zip(looked_at, before, strict=True)):
                continue  # nothing new on the chart
            self._looked_at[term] = looked_at
            grades = grade(row, signs[row.sign], self._baseline.get(row.sign), signs)
            worse = alive & (grades > self._worst[term])
            if not worse.any():
                continue
            began = worse & (grades > 0) & np.isnan(self._onset[term])
            self._worst[term][worse] = grades[worse]
            self._onset[term][began] = day
            self._worst_day[term][worse] = day
            values = signs[self._grading.terms[term].sign]
            self._worst_value[term][worse] = values[worse]

    def frame(self, patients: np.ndarray) -> pl.DataFrame:
        """Table `toxicity`: id, term, grade, onset, worst_day (days), worst_value (sign's unit)."""
        parts = []
        for term, worst in self._worst.items():
            known = worst >= 0
            parts.append(
                pl.DataFrame(
                    {
                        "id": patients[known].astype(np.uint32),
                        "term": [self._grading.terms[term].name] * int(known.sum()),
                        "grade": worst[known],
                        "onset": self._onset[term][known],
                        "worst_day": self._worst_day[term][known],
                        "worst_value": self._worst_value[term][known],
                    }
                )
            )
        return pl.concat(parts).sort("id", "term")
