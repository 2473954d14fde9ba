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
    plausible : tuple of float
        Lowest and highest number that a living adult may have; what lies outside is an error of
        the file, such as another unit.
    """

    unit: str
    meaning: str
    categories: tuple[Category, ...] = ()
    plausible: tuple[float, float] = (0.0, float("inf"))

    @property
    def allowed(self) -> str:
        """What a file may hold, in words."""
        if self.categories:
            return f"must be one of {', '.join(map(label, self.categories))}"
        low, high = self.plausible
        return f"must be a number from {low:g} to {high:g} {self.unit}".rstrip()


def label(category: Category) -> str:
    """A category as a population file writes it: female, 0, true."""
    return str(category).lower() if isinstance(category, bool) else str(category)


COVARIATES: dict[str, Covariate] = {
    "age": Covariate("yr", "age", plausible=(18, 110)),
    "sex": Covariate("", "sex", ("female", "male")),
    "body_weight": Covariate("kg", "body weight", plausible=(25, 350)),
    "body_height": Covariate("cm", "body height", plausible=(100, 230)),
    "ECOG": Covariate("", "ECOG performance status", (0, 1, 2, 3, 4)),
    "M_stage": Covariate("", "stage of melanoma, AJCC", ("III", "M1a", "M1b", "M1c")),
    "IMDC_risk": Covariate(
        "", "risk group of renal cell carcinoma", ("favourable", "intermediate", "poor")
    ),
    "prior_nephrectomy": Covariate("", "one kidney removed", (False, True)),
    "LDH_ratio": Covariate(
        "x ULN", "lactate dehydrogenase over its upper limit of normal", plausible=(0.1, 60)
    ),
    "creatinine_0": Covariate("mg/dL", "serum creatinine before treatment", plausible=(0.1, 20)),
    "albumin_0": Covariate("g/dL", "serum albumin before treatment", plausible=(1, 6.5)),
    "MAP_0": Covariate("mmHg", "mean arterial pressure before treatment", plausible=(40, 160)),
    "HR_0": Covariate("/min", "heart rate before treatment", plausible=(25, 200)),
    "ejection_fraction_0": Covariate("%", "left ventricular ejection fraction", plausible=(10, 90)),
    "FEV1": Covariate("L", "forced expiratory volume in 1 s", plausible=(0.3, 8)),
    "SLD_0": Covariate(
        "mm", "sum of longest diameters of the target lesions at baseline", plausible=(0, 2000)
    ),
    "lesions": Covariate("", "target lesions", (1, 2, 3, 4, 5)),
    "tumour_doubling_time": Covariate(
        "day", "volume doubling time of the untreated tumour", plausible=(1, 3000)
    ),
    "earlier_lines": Covariate("", "earlier systemic treatments", (0, 1, 2, 3, 4)),
    "stress_test": Covariate("", "cardiac stress test", ("normal", "abnormal")),
    "brain_metastases": Covariate("", "brain metastases", ("none", "treated_stable", "active")),
    "systemic_steroids": Covariate("", "systemic corticosteroids", (False, True)),
    "active_infection": Covariate("", "active infection", (False, True)),
    "autoimmune_predisposition": Covariate("", "autoimmune disease", (False, True)),
    "diabetes": Covariate("", "diabetes mellitus", (False, True)),
    "thyroid_disease": Covariate("", "thyroid disease", (False, True)),
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
