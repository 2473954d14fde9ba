"""What each section of the page holds: figures, tables and sentences, before any HTML."""

from aldesim.report.sections.courses import (
    CourseGroup,
    cells_section,
    courses_section,
    hospital,
    stays,
)
from aldesim.report.sections.doses import doses_section
from aldesim.report.sections.grid import Grid
from aldesim.report.sections.left_out import left_out
from aldesim.report.sections.outcome import response_section, survival_section, toxicity_section
from aldesim.report.sections.patients import OnePatient, patients_section
from aldesim.report.sections.published import published_section
from aldesim.report.sections.uncertainty import intervals, uncertainty
from aldesim.report.sections.who import screening, who

__all__ = [
    "CourseGroup",
    "Grid",
    "OnePatient",
    "cells_section",
    "courses_section",
    "doses_section",
    "hospital",
    "intervals",
    "left_out",
    "patients_section",
    "published_section",
    "response_section",
    "screening",
    "stays",
    "survival_section",
    "toxicity_section",
    "uncertainty",
    "who",
]
