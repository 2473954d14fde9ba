"""What papers report of a trial, as one long table: `endpoints.csv` of a run folder."""

from aldesim.trial.reported.table import reported, write_reported

__all__ = ["reported", "write_reported"]
