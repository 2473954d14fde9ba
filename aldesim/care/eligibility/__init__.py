"""Eligibility: criteria as data, patients from files, and who meets what."""

from aldesim.care.eligibility.criteria import (
    Criteria,
    Criterion,
    criteria_names,
    load_criteria,
)
from aldesim.care.eligibility.items import ITEMS, Item
from aldesim.care.eligibility.patient import Patient
from aldesim.care.eligibility.patient_file import read_patient
from aldesim.care.eligibility.screening import (
    Count,
    Enrolment,
    Finding,
    Screening,
    screen,
    screen_many,
)

__all__ = [
    "ITEMS",
    "Count",
    "Criteria",
    "Criterion",
    "Enrolment",
    "Finding",
    "Item",
    "Patient",
    "Screening",
    "criteria_names",
    "load_criteria",
    "read_patient",
    "screen",
    "screen_many",
]
