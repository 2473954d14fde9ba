"""What eligibility looks at: the fields of a patient, their units and plausible ranges."""

from dataclasses import dataclass
from typing import Literal

import numpy as np


@dataclass(frozen=True)
class Item:
    """Something to know of a patient before treatment.

    Parameters
    ----------
    words : str
        What it is, in plain words.
    kind : str
        "number", "flag" (yes or no) or "choice".
    unit : str
        Unit of a number.
    low, high : float
        Range outside which a number must be a mistake.
    options : tuple of str
        Values of a choice.
    covariate : str
        Name of the same thing in a virtual population, if it has one.
    history : str
        "condition" or "drug" if a complete list of those that does not name it says that it is
        absent; else "".
    whole : bool
        The number has no fraction.
    """

    words: str
    kind: Literal["number", "flag", "choice"] = "flag"
    unit: str = ""
    low: float = -np.inf
    high: float = np.inf
    options: tuple[str, ...] = ()
    covariate: str = ""
    history: Literal["", "condition", "drug"] = ""
    whole: bool = False


def _number(words: str, unit: str, low: float, high: float, covariate: str = "") -> Item:
    return Item(words, "number", unit, low, high, covariate=covariate)


def _history(words: str, kind: Literal["condition", "drug"] = "condition") -> Item:
    return Item(words, history=kind)


def _choice(words: str, *options: str, covariate: str = "") -> Item:
    return Item(words, "choice", options=options, covariate=covariate)


ITEMS: dict[str, Item] = {
    # person and disease
    "age_years": _number("age", "yr", 0, 120, "age"),
    "sex": _choice("sex", "female", "male", covariate="sex"),
    "body_weight_kg": _number("body weight", "kg", 20, 350, "body_weight"),
    "ECOG": Item("ECOG performance status", "number", low=0, high=4, covariate="ECOG", whole=True),
    "metastatic_organs": Item("organs with metastases", "number", low=0, high=20, whole=True),
    "disease_free_interval_months": _number("disease-free interval", "months", 0, 600),
    # heart
    "stress_test": _choice("cardiac stress test", "normal", "abnormal"),
    "ejection_fraction_pct": _number(
        "left ventricular ejection fraction", "%", 5, 90, "ejection_fraction_0"
    ),
    "wall_motion_normal": Item("wall motion unimpaired"),
    "cardiac_history": _history("history of heart disease"),
    "ECG_abnormal": Item("abnormal ECG"),
    "significant_cardiac_impairment": Item("significant cardiac impairment"),
    # lungs
    "FEV1_L": _number("FEV1", "L", 0.2, 9, "FEV1"),
    "FEV1_pct_predicted": _number("FEV1, share of predicted", "%", 5, 180),
    "FEV1_over_FVC_pct": _number("FEV1/FVC", "%", 10, 100),
    "DLCO_pct_predicted": _number("DLCO, share of predicted", "%", 5, 180),
    "PaO2_mmHg": _number("arterial oxygen pressure at rest", "mmHg", 20, 600),
    "needs_oxygen": _history("needs oxygen"),
    "significant_pulmonary_impairment": Item("significant pulmonary impairment"),
    # kidney, liver
    "creatinine_mg_per_dL": _number("serum creatinine", "mg/dL", 0.1, 25, "creatinine_0"),
    "creatinine_clearance_mL_per_min": _number("creatinine clearance", "mL/min", 1, 300, "GFR_0"),
    "significant_renal_impairment": Item("significant renal impairment"),
    "bilirubin_mg_per_dL": _number("total bilirubin", "mg/dL", 0.05, 60),
    "bilirubin_ULN_mg_per_dL": _number("upper limit of normal bilirubin", "mg/dL", 0.3, 3),
    "bilirubin_times_ULN": _number("total bilirubin, multiple of the upper limit", "", 0, 100),
    "significant_hepatic_impairment": Item("significant hepatic impairment"),
    # blood
    "WBC_1e3_per_uL": _number("white blood cells", "1e3/uL", 0.01, 500),
    "neutrophils_1e3_per_uL": _number("neutrophils", "1e3/uL", 0, 300),
    "platelets_1e3_per_uL": _number("platelets", "1e3/uL", 1, 3000),
    "haematocrit_pct": _number("haematocrit", "%", 5, 75),
    # brain
    "brain_metastases": _choice("brain metastases", "none", "treated_stable", "active"),
    "brain_metastases_stable_days": _number("brain metastases stable for", "days", 0, 10000),
    "significant_CNS_impairment": Item("significant impairment of the central nervous system"),
    # infection
    "active_infection": _history("active infection"),
    "on_antibiotics": _history("on antibiotics", "drug"),
    "HIV_positive": Item("HIV infection"),
    # immunity, endocrine
    "allograft": _history("organ allograft"),
    "autoimmune_disease": Item(
        "autoimmune disease", history="condition", covariate="autoimmune_predisposition"
    ),
    "diabetes": _history("diabetes mellitus"),
    "thyroid_disease": _history("thyroid disease"),
    "systemic_steroids": _history(
        "systemic corticosteroids, in use or likely to be needed", "drug"
    ),
    "immunosuppressants": _history("other immunosuppressants", "drug"),
    # the rest
    "pregnant": Item("pregnancy"),
    "hypersensitivity": _history("hypersensitivity to interleukin-2 or its formulation"),
    "stopped_for_good_before": _history("earlier interleukin-2 stopped for good by toxicity"),
    "pressor_contraindication": Item("contraindication to pressors"),
    "antihypertensives_last_24h": _history("antihypertensives in the last 24 h", "drug"),
}

DERIVED = ("bilirubin_times_ULN",)
"""Items that are worked out and never given."""

FROM = {
    "bilirubin_times_ULN": ("bilirubin_mg_per_dL", "bilirubin_ULN_mg_per_dL"),
    "creatinine_clearance_mL_per_min": (
        "age_years",
        "body_weight_kg",
        "sex",
        "creatinine_mg_per_dL",
    ),
}
"""What an item is worked out from where it is not given."""


def written(name: str, value: float) -> str:
    """Value of an item in words, such as "serum creatinine 1.4 mg/dL" or "pregnancy: no"."""
    item = ITEMS[name]
    if np.isnan(value):
        return f"{item.words}: not known"
    if item.kind == "flag":
        return f"{item.words}: {'yes' if value else 'no'}"
    if item.kind == "choice":
        return f"{item.words}: {item.options[int(value)].replace('_', ' ')}"
    return f"{item.words} {value:.4g} {item.unit}".rstrip()
