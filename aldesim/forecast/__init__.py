"""A person's own data: the virtual population updated by them, and the days that follow."""

from aldesim.forecast.check import Ranks, Verdict, check, judge
from aldesim.forecast.data import read_people
from aldesim.forecast.fit import Fit, fit_person
from aldesim.forecast.folder import FitResult, fit
from aldesim.forecast.person import Person, Readings
from aldesim.forecast.setting import Setting, load_setting

__all__ = [
    "Fit",
    "FitResult",
    "Person",
    "Ranks",
    "Readings",
    "Setting",
    "Verdict",
    "check",
    "fit",
    "fit_person",
    "judge",
    "load_setting",
    "read_people",
]
