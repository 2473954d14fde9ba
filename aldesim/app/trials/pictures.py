"""Pictures and numbers of a run, whole or as far as it has come; of two runs beside each other."""

from typing import Any

from aldesim.app.figures import spec_of
from aldesim.report import figures
from aldesim.report.palette import Theme
from aldesim.report.summary import Endpoints, summary_of
from aldesim.report.tables import Tables
from aldesim.trial import TrialResult


def pictures(trial: TrialResult, theme: Theme) -> dict[str, Any]:
    """Summary table and the report's main figures of the patients so far."""
    tables = Tables(trial)
    endpoints = Endpoints(tables)
    drawn = [
        figures.doses_by_slot(tables.doses, tables.patients, theme=theme),
        figures.waterfall(tables.patients, theme=theme),
        figures.survival({"all": endpoints.progression}, "progression", theme=theme),
        figures.survival({"all": endpoints.survival}, "survival", theme=theme),
        figures.toxicity(endpoints.toxicity, theme=theme),
        figures.reasons(tables.doses, theme=theme),
    ]
    rows = [[row.label, row.value, row.note] for row in summary_of(endpoints)]
    return {"head": ["", "Simulated", "Note"], "rows": rows, "figures": [spec_of(f) for f in drawn]}


def beside(trials: dict[str, TrialResult], theme: Theme) -> dict[str, Any]:
    """Summary of two runs in two columns, and their survival in one picture."""
    endpoints = {name: Endpoints(Tables(trial)) for name, trial in trials.items()}
    columns = {
        name: {row.label: row.value for row in summary_of(found)}
        for name, found in endpoints.items()
    }
    labels = list(dict.fromkeys(label for column in columns.values() for label in column))
    drawn = [
        figures.survival(
            {n: e.progression for n, e in endpoints.items()}, "progression", theme=theme
        ),
        figures.survival({n: e.survival for n, e in endpoints.items()}, "survival", theme=theme),
    ]
    return {
        "head": ["", *columns],
        "rows": [[label, *(c.get(label, "–") for c in columns.values())] for label in labels],
        "figures": [spec_of(figure) for figure in drawn],
    }
