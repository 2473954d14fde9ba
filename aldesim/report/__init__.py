"""Figures, tables and the HTML page of a trial."""

from aldesim.report.comparison import comparison_rows, write_comparison
from aldesim.report.page import write_report
from aldesim.report.picks import Pick, pick_patients
from aldesim.report.summary import Row, summary

__all__ = [
    "Pick",
    "Row",
    "comparison_rows",
    "pick_patients",
    "summary",
    "write_comparison",
    "write_report",
]
