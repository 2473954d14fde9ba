"""What each simulated sign is called, its unit, its colour, and how a picture shows it."""

from dataclasses import dataclass

# Below this a concentration is nothing an assay could see; a logarithmic axis needs a floor.
LOG_FLOOR = 0.1


@dataclass(frozen=True)
class Sign:
    """One column of the courses table, ready to draw.

    Parameters
    ----------
    name : str
        Column of the table.
    title, unit : str
        Plain name, and unit of what is drawn.
    colour : str
        Meaning in the palette.
    digits : int
        Decimals in text.
    log : bool
        Logarithmic axis.
    relative : bool
        Drawn as change from the patient's own first value, in percent.
    note : str
        What a reader must know to read the curve rightly.
    """

    name: str
    title: str
    unit: str
    colour: str
    digits: int = 0
    log: bool = False
    relative: bool = False
    note: str = ""

    @property
    def axis(self) -> str:
        """Axis title with its unit."""
        return f"{self.title}, {self.unit}"


_ALL = (
    Sign(
        "il2_plasma",
        "IL-2 in plasma",
        "pM",
        "il2",
        log=True,
        note="Kept just before each planned dose and at the end of its infusion.",
    ),
    Sign("Treg", "Regulatory T cells", "cells/µL", "treg"),
    Sign("NK", "NK cells", "cells/µL", "nk"),
    Sign("CD8_effector", "Effector CD8 T cells", "cells/µL", "cd8"),
    Sign("CD8_memory", "Memory CD8 T cells", "cells/µL", "cd8"),
    Sign(
        "lymphocytes",
        "Lymphocytes in blood",
        "cells/µL",
        "lymphocytes",
        note="Cells leave the blood during dosing and return in excess after it.",
    ),
    Sign("blood_Treg", "Regulatory T cells in blood", "cells/µL", "treg"),
    Sign("blood_NK", "NK cells in blood", "cells/µL", "nk"),
    Sign("blood_CD4", "CD4 T cells in blood", "cells/µL", "cd4"),
    Sign("blood_CD8", "CD8 T cells in blood", "cells/µL", "cd8"),
    Sign("MAP", "Mean arterial pressure", "mmHg", "pressure"),
    Sign("SBP", "Systolic pressure", "mmHg", "pressure"),
    Sign("pressor_dose", "Vasopressor", "µg/kg/min", "pressor", 2),
    Sign("heart_rate", "Heart rate", "beats/min", "heart_rate"),
    Sign("weight", "Body weight", "% change from day 0", "fluid", 1, relative=True),
    Sign("albumin", "Albumin", "g/dL", "fluid", 1),
    Sign("permeability", "Capillary leak", "share of largest", "fluid", 2),
    Sign("creatinine", "Creatinine", "mg/dL", "kidney", 1),
    Sign("urine_output", "Urine", "mL/h", "kidney"),
    Sign("bilirubin", "Bilirubin", "mg/dL", "liver", 1),
    Sign("temperature", "Temperature", "°C", "temperature", 1),
    Sign("platelets", "Platelets", "1000/µL", "blood"),
    Sign("viral_load", "HIV in plasma", "copies/mL", "virus", log=True),
    Sign("eosinophils", "Eosinophils", "1000/µL", "blood", 1),
    Sign("SpO2", "Oxygen saturation", "%", "oxygen"),
    Sign("confusion", "Confusion index", "1 = moderate", "mind", 1),
    Sign("SLD", "Sum of tumour diameters", "% change from day 0", "tumour", relative=True),
    Sign("tumour_volume", "Tumour volume", "mL", "tumour", log=True),
)

SIGNS = {sign.name: sign for sign in _ALL}

GROUPS = {
    "Drug and immune cells": (
        "il2_plasma",
        "Treg",
        "NK",
        "CD8_effector",
        "CD8_memory",
        "lymphocytes",
    ),
    "Circulation and fluid": (
        "MAP",
        "pressor_dose",
        "heart_rate",
        "weight",
        "albumin",
        "permeability",
    ),
    "Organs": (
        "creatinine",
        "urine_output",
        "bilirubin",
        "temperature",
        "SpO2",
        "confusion",
    ),
    "Blood": ("platelets", "eosinophils", "blood_CD4", "blood_Treg"),
    "Virus": ("viral_load",),
    "Tumour": ("SLD",),
}

WITHOUT_TUMOUR = ("blood_CD4", "blood_Treg", "blood_NK", "viral_load", "il2_plasma", "eosinophils")
"""Signs that a trial in people without a tumour is about, in order."""
