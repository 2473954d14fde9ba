"""Figures shared by the report, the app and notebooks: frames in, Plotly figures out."""

from aldesim.report.figures.courses import course, course_table
from aldesim.report.figures.doses import doses_by_slot, doses_given, reasons, slot_table
from aldesim.report.figures.patient import patient
from aldesim.report.figures.spider import spider
from aldesim.report.figures.survival import survival
from aldesim.report.figures.toxicity import toxicity
from aldesim.report.figures.waterfall import waterfall

__all__ = [
    "course",
    "course_table",
    "doses_by_slot",
    "doses_given",
    "patient",
    "reasons",
    "slot_table",
    "spider",
    "survival",
    "toxicity",
    "waterfall",
]
