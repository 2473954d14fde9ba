"""What is known of a patient before treatment: names, units, and what follows from them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Category = bool | int | str


@dataclass(frozen=True)
class Covariate:
    """One covariate that a population may describe.

    Parameters
    ----------
    unit : str
        Unit of the numbers; empty for a category.
    meaning : str
        What it is, in a few words.
    categories : tuple
        Its values in rising order, as correlations count them; empty for a number.
    """

    unit: str
    meaning: str
    categories: tuple[Category, ...] = ()


def label(category: Category) -> str:
    """A category as a population file writes it: female, 0, true."""
    return str(category).lower() if isinstance(category, bool) else str(category)


COVARIATES: dict[str, Covariate] = {
    "age": Covariate("yr", "age"),
    "sex": Covariate("", "sex", ("female", "male")),
    "body_weight": Covariate("kg", "body weight"),
    "body_height": Covariate("cm", "body height"),
    "ECOG": Covariate("", "ECOG performance status", (0, 1, 2, 3, 4)),
    "M_stage": Covariate("", "stage of melanoma, AJCC", ("III", "M1a", "M1b", "M1c")),
    "IMDC_risk": Covariate(
        "", "risk group of renal cell carcinoma", ("favourable", "intermediate", "poor")
    ),
    "prior_nephrectomy": Covariate("", "one kidney removed", (False, True)),
    "LDH_ratio": Covariate("x ULN", "lactate dehydrogenase over its upper limit of normal"),
    "creatinine_0": Covariate("mg/dL", "serum creatinine before treatment"),
    "albumin_0": Covariate("g/dL", "serum albumin before treatment"),
    "MAP_0": Covariate("mmHg", "mean arterial pressure before treatment"),
    "HR_0": Covariate("/min", "heart rate before treatment"),
    "ejection_fraction_0": Covariate("%", "left ventricular ejection fraction"),
    "FEV1": Covariate("L", "forced expiratory volume in 1 s"),
    "SLD_0": Covariate("mm", "sum of longest diameters of the target lesions at baseline"),
    "lesions": Covariate("", "target lesions", (1, 2, 3, 4, 5)),
    "tumour_doubling_time": Covariate("day", "volume doubling time of the untreated tumour"),
}
REQUIRED = ("age", "sex", "body_weight", "body_height", "creatinine_0")
DERIVED: dict[str, Covariate] = {
    "BSA": Covariate("m2", "body surface area (Du Bois)"),
    "GFR_0": Covariate("mL/min", "glomerular filtration rate (CKD-EPI 2021, not indexed)"),
}


def glomerular_filtration_rate(
    creatinine: ArrayLike, age: ArrayLike, male: ArrayLike, area: ArrayLike
) -> NDArray[np.float64]:
    """Filtration rate [mL/min] by CKD-EPI 2021, for the patient's own body surface.

    Parameters
    ----------
    creatinine : array
        Serum creatinine, standardised [mg/dL].
    age : array
        Age [yr], 18 or more.
    male : array of bool
        True for men.
    area : array
        Body surface area [m2]; the equation's result is for 1.73 m2 and is multiplied by
        `area` / 1.73.

    References
    ----------
    Inker et al. N Engl J Med 2021;385:1737-1749. doi:10.1056/NEJMoa2102953
    """
    man = np.asarray(male, bool)
    ratio = np.asarray(creatinine, float) / np.where(man, 0.9, 0.7)
    indexed = (
        142.0
        * np.minimum(ratio, 1.0) ** np.where(man, -0.302, -0.241)
        * np.maximum(ratio, 1.0) ** -1.2
        * 0.9938 ** np.asarray(age, float)
        * np.where(man, 1.0, 1.012)
    )
    return indexed * np.asarray(area, float) / 1.73
