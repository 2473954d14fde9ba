"""Pictures and numbers of a run, whole or as far as it has come; of two runs beside each other."""

from pathlib import Path
from typing import Any

from aldesim.app.figures import spec_of
from aldesim.report import figures
from aldesim.report.comparison import comparison_figures, difference_grid
from aldesim.report.palette import Theme
from aldesim.report.summary import Endpoints, summary_of
from aldesim.report.tables import Tables
from aldesim.trial import TrialResult
from aldesim.trial.comparison import Comparison

ARM_FIELDS = ("molecule", "regimen", "rules", "support", "measurement", "population", "name")
"""Fields of a scenario that name an arm where they differ, the telling ones first."""


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
    """Two runs beside each other: paired differences if they have the same patients, and curves.

    Parameters
    ----------
    trials : dict of str to TrialResult
        Two runs by name, the reference first.
    theme : Theme
        Colours.
    """
    arms = dict(zip(labels(trials), trials.values(), strict=True))
    endpoints = {name: Endpoints(Tables(trial)) for name, trial in arms.items()}
    columns = {
        name: {row.label: row.value for row in summary_of(found)}
        for name, found in endpoints.items()
    }
    rows = list(dict.fromkeys(label for column in columns.values() for label in column))
    curves = [
        figures.survival({n: getattr(e, kind) for n, e in endpoints.items()}, kind, theme=theme)
        for kind in ("progression", "survival")
    ]
    found = paired(arms)
    answer: dict[str, Any] = {
        "arms": list(arms),
        "head": ["", *columns],
        "rows": [[label, *(c.get(label, "–") for c in columns.values())] for label in rows],
        "unpaired": found if isinstance(found, str) else "",
    }
    if isinstance(found, Comparison):
        grid = difference_grid(found, list(arms)[1])
        shared = next(iter(found.patients.values())).height
        drawn = comparison_figures(found, theme=theme)
        curves = [*drawn.numbers, *curves, *drawn.toxicity, *drawn.doses]
        answer["differences"] = {
            "caption": PAIRED.format(n=f"{shared:,}"),
            "head": grid.head,
            "rows": grid.rows,
            "beyond_chance": [
                bool(row.paired.low > 0 or row.paired.high < 0) for row in found.differences
            ],
        }
    return answer | {"figures": [spec_of(figure) for figure in curves]}


PAIRED = (
    "Differences within {n} patients who are in both runs, with the same body, the same fate and "
    "the same errors of measurement. Intervals: paired t for means, Newcombe for shares, paired "
    "restricted means for times; the play of chance in a trial of this size, not the uncertainty "
    "of the model. Bold: the interval leaves zero out."
)


def paired(arms: dict[str, TrialResult]) -> Comparison | str:
    """The comparison of two runs of the same patients; otherwise why there are no pairs."""
    one, two = (trial.manifest for trial in arms.values())
    for field, words in (
        ("model", "versions of the model"),
        ("parameters", "parameters of the model"),
        ("population", "populations"),
    ):
        if one["hashes"].get(field) != two["hashes"].get(field):
            return f"No differences within patients: these runs have different {words}."
    seeds = [manifest["scenario"]["seed"] for manifest in (one, two)]
    if seeds[0] != seeds[1]:
        return (
            "No differences within patients: these are other patients "
            f"(seeds {seeds[0]} and {seeds[1]}). Two runs with one seed have the same patients."
        )
    found = Comparison(Path(), arms)
    if next(iter(found.patients.values())).is_empty():
        return "No differences within patients yet: no patient is done in both runs."
    return found


def labels(trials: dict[str, TrialResult]) -> list[str]:
    """What to call each run: by the first telling thing that differs, or by its own name."""
    scenarios = [trial.manifest["scenario"] for trial in trials.values()]
    for field in ARM_FIELDS:
        values = [scenario.get(field) for scenario in scenarios]
        if len(set(map(str, values))) == len(values) and all(isinstance(v, str) for v in values):
            return values
    return list(trials)
