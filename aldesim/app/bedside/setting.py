"""What a person can set at the bedside: one list for page, checks and address."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from aldesim.care import load_support, rule_set_names, support_names
from aldesim.care.measurement import schedule_names
from aldesim.care.rules import load_rules
from aldesim.drug import molecules
from aldesim.errors import InputError
from aldesim.population import load_population, population_names
from aldesim.regimen import load_regimen, regimen_names

Value = str | float
WHERE = "setting"
KD_UNIT = "log₁₀ fold"
KD_HINT = "0 is the molecule as it is; 1 binds ten times as weakly"


@dataclass(frozen=True)
class Slider:
    """A number between two limits.

    Parameters
    ----------
    name, label, unit, group : str
        Key, what the page calls it, its unit, the heading it stands under.
    low, high, step, start : float
        Limits, distance between stops, first value; all in `unit`.
    hint : str
        What it does, in one line.
    """

    name: str
    label: str
    unit: str
    group: str
    low: float
    high: float
    step: float
    start: float
    hint: str = ""

    def check(self, value: Any) -> float:
        """The value as a number.

        Raises
        ------
        InputError
            If it is no number within the limits.
        """
        allowed = f"must be within {self.low:g} and {self.high:g} {self.unit}".rstrip()
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise InputError(WHERE, self.name, value, allowed)
        if not self.low <= value <= self.high:
            raise InputError(WHERE, self.name, value, allowed)
        return float(value)


@dataclass(frozen=True)
class Choice:
    """One of several names.

    Parameters
    ----------
    name, label, group : str
        Key, what the page calls it, the heading it stands under.
    options : dict of str to str
        What each name means, in the words of the page.
    start : str
        First value.
    hint : str
        What it does, in one line.
    """

    name: str
    label: str
    group: str
    options: dict[str, str]
    start: str
    hint: str = ""

    def check(self, value: Any) -> str:
        """The value, if it is one of the names.

        Raises
        ------
        InputError
            If it is not; lists them.
        """
        if not isinstance(value, str) or value not in self.options:
            shown = value if isinstance(value, str | int | float | None) else type(value).__name__
            raise InputError(WHERE, self.name, shown, f"must be one of {', '.join(self.options)}")
        return value


@cache
def controls() -> tuple[Slider | Choice, ...]:
    """Everything that can be set, in the order of the page."""
    drug, patient, organs, tumour, clinic = (
        "Drug",
        "Patient",
        "Organs before treatment",
        "Tumour",
        "Clinic",
    )
    drugs = {key: row.name for key, row in molecules().items()}
    regimens = {name: load_regimen(name).name for name in regimen_names()}
    diseases = {name: load_population(name).title for name in population_names()}
    rules = {name: load_rules(name).name for name in rule_set_names()}
    support = {name: load_support(name).name for name in support_names()}
    reading = {name: f"As the {name} reads them" for name in schedule_names()}
    reading |= {"exact": "True values, known at once"}
    return (
        Choice("molecule", "Molecule", drug, drugs, "aldesleukin"),
        Choice("regimen", "Regimen", drug, regimens, "high_dose"),
        Slider("dose", "Dose", "% of the regimen", drug, 5, 200, 5, 100),
        Slider("mass", "Dose by mass", "µg/kg", drug, 0.5, 100, 0.5, 6),
        Slider("kd_alpha", "Kd CD25", KD_UNIT, drug, -2, 3, 0.05, 0, KD_HINT),
        Slider("kd_beta_gamma", "Kd CD122/132", KD_UNIT, drug, -2, 3, 0.05, 0),
        Slider("weight", "Weight", "kg", patient, 40, 160, 1, 80),
        Slider("height", "Height", "cm", patient, 140, 205, 1, 173),
        Slider("age", "Age", "years", patient, 18, 85, 1, 52),
        Choice("sex", "Sex", patient, {"female": "Female", "male": "Male"}, "male"),
        Slider(
            "person",
            "Person",
            "",
            patient,
            0,
            500,
            1,
            0,
            "0 is a typical body; every other number is a body of its own",
        ),
        Slider("creatinine", "Creatinine", "mg/dL", organs, 0.5, 2.5, 0.05, 0.95),
        Slider("albumin", "Albumin", "g/dL", organs, 2.5, 4.8, 0.1, 3.7),
        Slider("pressure", "Mean arterial pressure", "mmHg", organs, 70, 125, 1, 95),
        Slider("heart_rate", "Heart rate", "beats/min", organs, 45, 105, 1, 68),
        Slider("ejection_fraction", "Ejection fraction", "%", organs, 35, 75, 1, 58),
        Choice("disease", "Disease", tumour, diseases, "melanoma"),
        Slider("size", "Sum of diameters", "mm", tumour, 10, 400, 5, 90),
        Slider("lesions", "Lesions", "", tumour, 1, 5, 1, 3),
        Slider("doubling", "Doubling time", "days", tumour, 10, 300, 5, 65),
        Choice("rules", "Hold and stop rules", clinic, rules, "label_legacy"),
        Choice("support", "Standing orders", clinic, support, "inpatient"),
        Choice("measurement", "Readings", clinic, reading, "ward"),
    )


@cache
def start_values() -> dict[str, Value]:
    """The setting that the page opens with."""
    return {control.name: control.start for control in controls()}


def check_setting(values: Any) -> dict[str, Value]:
    """A whole setting: what is given, checked, and the start values for the rest.

    Parameters
    ----------
    values : Any
        Meant to be a mapping of names to values, from outside.

    Raises
    ------
    InputError
        If it is no mapping, has a name that no control has, or a value out of its limits.
    """
    if not isinstance(values, dict):
        raise InputError(WHERE, "", type(values).__name__, "must be names with values")
    known = {control.name: control for control in controls()}
    for name in values:
        if name not in known:
            raise InputError(WHERE, str(name)[:40], "", f"unknown; known are {', '.join(known)}")
    return start_values() | {name: known[name].check(value) for name, value in values.items()}
