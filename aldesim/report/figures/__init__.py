"""Figures shared by the report, the app and notebooks: frames in, Plotly figures out."""

from aldesim.report.figures.courses import course, course_table
from aldesim.report.figures.doses import doses_by_slot, doses_given, reasons, slot_table
from aldesim.report.figures.forest import forest
from aldesim.report.figures.intensity import dose_intensity
from aldesim.report.figures.patient import patient
from aldesim.report.figures.spider import spider
from aldesim.report.figures.survival import survival
from aldesim.report.figures.swimmer import swimmer
from aldesim.report.figures.toxicity import toxicity, toxicity_of_arms
from aldesim.report.figures.trial_design import (
    power_curve,
    predictive_intervals,
    survival_bands,
)
from aldesim.report.figures.waterfall import waterfall

__all__ = [
    "course",
    "course_table",
    "dose_intensity",
    "doses_by_slot",
    "doses_given",
    "forest",
    "patient",
    "power_curve",
    "predictive_intervals",
    "reasons",
    "slot_table",
    "spider",
    "survival",
    "survival_bands",
    "swimmer",
    "toxicity",
    "toxicity_of_arms",
    "waterfall",
]
