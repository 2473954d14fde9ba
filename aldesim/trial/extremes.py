"""The worst of it: running extremes of the body and worst CTCAE grades of each patient."""

import numpy as np
import polars as pl

from aldesim.care import Grading, grade
from aldesim.timeunits import HOURS_PER_DAY

PRESSOR_ON = 0.01  # ug/kg/min; below this the drug only washes out

_KEPT = {
    "MAP_min": ("lowest", "MAP"),
    "creatinine_max": ("highest", "creatinine"),
    "albumin_min": ("lowest", "albumin"),
    "platelets_min": ("lowest", "platelets"),
    "bilirubin_max": ("highest", "bilirubin"),
    "temperature_max": ("highest", "temperature"),
    "lymphocytes_min": ("lowest", "lymphocytes"),
    "lymphocytes_max": ("highest", "lymphocytes"),
    "haemoglobin_min": ("lowest", "haemoglobin"),
    "neutrophils_min": ("lowest", "neutrophils"),
    "bicarbonate_min": ("lowest", "bicarbonate"),
    "ALT_max": ("highest", "ALT"),
    "TSH_max": ("highest", "TSH"),
    "blood_Treg_fold_max": ("highest", "blood_Treg"),
    "blood_CD4_fold_end": ("last", "blood_CD4"),
    "weight_gain_max_pct": ("highest", "weight"),
}
_SIGNS = {
    which: [sign for kind, sign in _KEPT.values() if kind == which]
    for which in ("lowest", "highest", "last")
}


class Extremes:
    """Running extremes of the signs, and what was given beside the drug.

    Parameters
    ----------
    seen : dict of str to ndarray, shape (n,)
        Observables of the model before the first dose: the true values, not readings.
    """

    def __init__(self, seen: dict[str, np.ndarray]):
        self._start = {sign: seen[sign].copy() for _, sign in _KEPT.values()}
        self._found = {which: _stacked(seen, which) for which in _SIGNS}
        self.pressor_hours = np.zeros(len(seen["MAP"]))
        self.fluid_L = np.zeros(len(seen["MAP"]))

    @property
    def values(self) -> dict[str, np.ndarray]:
        """What was kept, by name, shape (n,); cells as multiples of the start, weight in %."""
        kept = {}
        for name, (which, sign) in _KEPT.items():
            value, start = self._found[which][_SIGNS[which].index(sign)], self._start[sign]
            if "_fold_" in name:
                value = value / start
            elif sign == "weight":
                value = 100 * (value - start) / start
            kept[name] = value
        return kept

    def look(self, seen: dict[str, np.ndarray], alive: np.ndarray) -> None:
        """Take one instant into account, for those alive."""
        old = self._found
        new = {
            "lowest": np.fmin(old["lowest"], _stacked(seen, "lowest")),
            "highest": np.fmax(old["highest"], _stacked(seen, "highest")),
            "last": _stacked(seen, "last"),
        }
        if not alive.all():
            new = {which: np.where(alive, now, old[which]) for which, now in new.items()}
        self._found = new

    def pass_time(self, days: float, pressor_dose: np.ndarray, crystalloid: np.ndarray) -> None:
        """Add the days until the next instant: pressor (ug/kg/min) and crystalloid (L/day)."""
        self.pressor_hours += np.where(pressor_dose > PRESSOR_ON, HOURS_PER_DAY * days, 0.0)
        self.fluid_L += crystalloid * days


def _stacked(seen: dict[str, np.ndarray], which: str) -> np.ndarray:
    """Signs of one kind, shape (signs, n)."""
    return np.array([seen[sign] for sign in _SIGNS[which]])


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
