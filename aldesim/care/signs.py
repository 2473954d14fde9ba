"""The signs that rules, grades and orders may look at, and how each reads in plain words."""

from dataclasses import dataclass
from typing import Literal

import numpy as np


@dataclass(frozen=True)
class Sign:
    """Something a clinic can know of a patient.

    Parameters
    ----------
    unit : str
        Unit, or "" for a grade or a yes/no.
    kind : str
        "number", "grade" (0 to 5; -1 means not known) or "flag" (yes or no).
    over_interval : bool
        The value is a mean since the last decision, not a reading of the moment.
    """

    unit: str = ""
    kind: Literal["number", "grade", "flag"] = "number"
    over_interval: bool = False


_FLAG = Sign(kind="flag")

SIGNS: dict[str, Sign] = {
    # circulation
    "SBP": Sign("mmHg"),
    "MAP": Sign("mmHg"),
    "heart_rate": Sign("/min"),
    "pressor_dose": Sign("ug/kg/min"),
    "pressor_dose_max": Sign("ug/kg/min", over_interval=True),  # highest since the last decision
    "pressor_rising": _FLAG,  # requirement higher than at the last decision
    "fluid_bolus_24h": Sign("L"),
    "arrhythmia": _FLAG,  # supraventricular, active
    "arrhythmia_uncontrolled": _FLAG,
    "bradycardia": _FLAG,  # needs treatment
    "sustained_VT": _FLAG,
    "ventricular_arrhythmia": _FLAG,  # of any length
    "cardiac_enzymes_raised": _FLAG,  # CK-MB or troponin
    "ischaemia": _FLAG,  # ECG change of ischaemia, infarction or myocarditis, or suspicion
    "chest_pain_with_ECG_change": _FLAG,
    "tamponade": _FLAG,
    # lungs
    "SpO2": Sign("%"),
    "hours_intubated": Sign("h"),
    "dyspnoea": Sign(),  # index of the model, as all of the symptoms
    "dyspnoea_at_rest": _FLAG,
    "oxygen_L_per_min": Sign("L/min"),  # needed for a saturation of 95 % or more
    "oxygen_mask": _FLAG,  # 40 % mask needed for a saturation of 95 % or more
    "rales_share_of_lung": Sign(),  # height to which rales are heard, 0 to 1
    # mind
    "confusion": Sign(),  # index of the model
    "confusion_grade": Sign(kind="grade"),
    "hours_coma": Sign("h"),
    "hours_toxic_psychosis": Sign("h"),
    "seizures": _FLAG,  # repetitive or hard to control
    "depression": Sign(),
    "insomnia": Sign(),
    "vivid_dreams": _FLAG,
    "mild_anxiety": _FLAG,
    "hallucinations": _FLAG,
    "persistent_crying": _FLAG,
    "mental_change_over_2h": _FLAG,  # not reversible within 2 h
    "fails_mental_tests": _FLAG,  # serial sevens, or WORLD spelled backward
    # kidney and fluid
    "creatinine": Sign("mg/dL"),
    "creatinine_rising": _FLAG,  # higher than at the last decision
    "urine_mL_per_h": Sign("mL/h", over_interval=True),
    "urine_mL_per_kg_per_h": Sign("mL/kg/h", over_interval=True),
    "urine_1h_mL_per_kg": Sign("mL/kg"),
    "urine_8h_mL": Sign("mL"),
    "urine_24h_mL": Sign("mL"),
    "weight_gain_pct": Sign("%"),
    "weight_gain_kg": Sign("kg"),
    "acidosis": _FLAG,
    "bicarbonate": Sign("mmol/L"),
    "hyperkalaemia": _FLAG,
    "glucose": Sign("mg/dL"),
    "hours_dialysis": Sign("h"),
    # liver, gut, skin
    "bilirubin": Sign("mg/dL"),
    "ALT": Sign("U/L"),
    "nausea": Sign(),
    "vomiting": Sign(),
    "extra_stools": Sign("/day"),  # over usual
    "rash": Sign(),
    "pruritus": Sign(),
    "hepatic_failure": _FLAG,  # encephalopathy, increasing ascites, liver pain, hypoglycaemia
    "guaiac_repeatedly_positive": _FLAG,  # above 3-4+
    "stool_occult_blood": _FLAG,  # FIT or FOBT positive
    "occult_blood_elsewhere": _FLAG,  # heme-positive sputum or emesis
    "frank_blood": _FLAG,  # in sputum, emesis or stool
    "diarrhoea_mL_per_shift": Sign("mL"),  # in the last shift of 8 h
    "diarrhoea_shifts_of_1L": Sign(),  # shifts of this cycle with 1,000 mL or more
    "ileus_or_distention": _FLAG,
    "distention_affecting_breathing": _FLAG,
    "severe_unrelenting_pain": _FLAG,  # of the abdomen
    "refractory_vomiting": _FLAG,
    "bowel_ischaemia_or_perforation": _FLAG,
    "GI_bleeding_needing_surgery": _FLAG,
    "bullous_dermatitis": _FLAG,  # or marked worsening of an earlier skin disease
    "moist_desquamation": _FLAG,
    "extreme_tightness": _FLAG,  # of swollen limbs
    "extreme_paresthesias": _FLAG,
    # blood, infection, glands, general
    "haemoglobin": Sign("g/dL"),
    "neutrophils": Sign("1e3/uL"),
    "albumin": Sign("g/dL"),
    "platelets": Sign("1e3/uL"),
    "lymphocytes": Sign("cells/uL"),
    "infection": _FLAG,  # sepsis syndrome, active
    "infection_suspected": _FLAG,  # strongly suspected or documented
    "temperature": Sign("degC"),
    "hours_above_40": Sign("h"),
    "chills": Sign(),
    "fatigue": Sign(),
    "TSH": Sign("mIU/L"),
    "free_T4": Sign("ng/dL"),
}


def is_known(name: str, values: np.ndarray) -> np.ndarray:
    """Whether each value is known: not NaN, and for a grade not -1; bool, shape (n,)."""
    known = ~np.isnan(values)
    return known & (values >= 0) if SIGNS[name].kind == "grade" else known


def written(name: str, value: float) -> str:
    """A value as a clinician would write it, such as "SBP 84 mmHg" or "sepsis yes"."""
    sign = SIGNS[name]
    if not is_known(name, np.array([value]))[0]:
        return f"{name} not known"
    if sign.kind == "flag":
        return f"{name} {'yes' if value else 'no'}"
    return f"{name} {value:.3g} {sign.unit}".rstrip()
