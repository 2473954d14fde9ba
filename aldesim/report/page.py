"""One page to read: a self-contained HTML file that needs no network."""

import json
from pathlib import Path
from typing import Any

import plotly.graph_objects as go
import polars as pl
import yaml
from jinja2 import Environment, Template
from markupsafe import Markup
from plotly.offline import get_plotlyjs

from aldesim.htmlfile import template_environment
from aldesim.report import sections
from aldesim.report.figures.canvas import template as plotly_template
from aldesim.report.palette import DARK, FONT, LIGHT, Theme, css_properties, rgb
from aldesim.report.plots import Plots, script_json
from aldesim.report.sheet import TEMPLATES, asset
from aldesim.report.summary import Endpoints, summary_of
from aldesim.report.tables import Tables, Trial, collect
from aldesim.report.wording import counted, number, title, words
from aldesim.wholefile import write_text


def write_report(
    result: Trial, path: str | Path, single_patients: pl.DataFrame | pl.LazyFrame | None = None
) -> Path:
    """Path of the written page: one HTML file that works offline.

    Parameters
    ----------
    result : TrialResult
        The finished trial.
    path : path
        Where to write; replaced in one step.
    single_patients : DataFrame, optional
        Hour-by-hour courses of a few patients: `id`, `time` (day) and sign columns. Without it the
        8-hourly courses of telling patients are shown.
    """
    return write_text(Path(path), render(result, single_patients))


def render(result: Trial, single_patients: pl.DataFrame | pl.LazyFrame | None = None) -> str:
    """HTML text of the page; see `write_report`."""
    tables = Tables(result)
    endpoints = Endpoints(tables)
    plots = Plots()
    single = None if single_patients is None else collect(single_patients)
    context = _context(tables, endpoints, plots, single)
    return fill(page_environment().get_template("report.html.j2"), context, plots)


def page_environment() -> Environment:
    """Where the templates of all pages are, and the words they may use."""
    environment = template_environment(TEMPLATES)
    environment.filters |= {
        "number": number,
        "title_of": title,
        "words": words,
    }
    return environment


def fill(template: Template, context: dict[str, Any], plots: Plots) -> str:
    """HTML text of a page: its content, with the style and scripts that every page carries."""
    return template.render(**context, plots=plots.made, **_assets())


def _context(
    tables: Tables, endpoints: Endpoints, plots: Plots, single: pl.DataFrame | None
) -> dict[str, Any]:
    """Everything the template shows, in the order of the page."""
    manifest = tables.trial.manifest
    scenario = manifest.get("scenario", {})
    cycles = sections.stays(tables.doses)
    dose_figures, dose_grids = sections.doses_section(tables)
    response_figures, response_grid, survival_figures, survival_grid = [], None, [], None
    if tables.tumour:
        response_figures, response_grid = sections.response_section(tables, endpoints)
        survival_figures, survival_grid = sections.survival_section(endpoints)
    cells = [] if tables.tumour else sections.cells_section(tables, cycles)
    toxicity_figure, toxicity_grid = sections.toxicity_section(endpoints)
    forests, checks, published_grid = sections.published_section(tables)
    groups, course_grid, course_note = sections.courses_section(tables, cycles)
    rules, failed = sections.left_out(tables, manifest)
    return {
        "tumour": tables.tumour,
        "heading": manifest.get("title") or scenario.get("title") or "Virtual trial",
        "description": manifest.get("description") or scenario.get("description") or "",
        "rows": summary_of(endpoints),
        "base": _base_sentence(endpoints.n, tables.total),
        "intervals": sections.intervals(endpoints),
        "uncertainty": sections.uncertainty(endpoints),
        "who": sections.who(tables),
        "screening": sections.screening(manifest),
        "doses": [plots(figure) for figure in dose_figures],
        "dose_grids": dose_grids,
        "response": [plots(figure) for figure in response_figures],
        "response_grid": response_grid,
        "cells_heading": "Cells and virus" if tables.virus else "Cells",
        "cells": [plots(figure) for figure in cells],
        "survival": [plots(figure) for figure in survival_figures],
        "survival_grid": survival_grid,
        "toxicity": plots(toxicity_figure),
        "toxicity_grid": toxicity_grid,
        "forests": [plots(figure) for figure in forests],
        "checks": [plots(figure) for figure in checks],
        "published_grid": published_grid,
        "groups": [(g.name, [plots(figure) for figure in g.figures]) for g in groups],
        "course_grid": course_grid,
        "course_note": course_note,
        "hospital": sections.hospital(cycles),
        "follow_up": float(manifest.get("follow_up_days") or scenario.get("follow_up_days") or 0),
        "cycles": cycles,
        "patients": [
            (shown, plots(shown.figure))
            for shown in sections.patients_section(tables, single, cycles)
        ],
        "hourly": single is not None,
        "rules": rules,
        "failed": failed,
        "manifest": manifest,
        "scenario_yaml": yaml.safe_dump(
            scenario, sort_keys=False, allow_unicode=True, width=88, default_flow_style=None
        ),
    }


def _base_sentence(n: int, total: int) -> str:
    """Who the percentages are of."""
    if n == total:
        return f"All numbers are of {counted(n, 'simulated patient')}; none failed."
    return (
        f"All numbers are of {number(n)} of {counted(total, 'simulated patient')}: the simulation "
        f"of {counted(total - n, 'patient')} failed, and they are in no percentage."
    )


def _assets() -> dict[str, Any]:
    """Style, scripts and colours that the page carries with it."""
    return {
        "style": Markup(asset("report.css")),
        "script": Markup(asset("frame.js") + asset("report.js")),
        "plotly": Markup(get_plotlyjs()),
        "font": Markup(FONT),
        "light": css_properties(LIGHT),
        "dark": css_properties(DARK),
        "look": script_json(
            {
                "template": json.loads(go.Figure(layout_template=plotly_template(LIGHT)).to_json())[  # type: ignore[arg-type]
                    "layout"
                ]["template"],
                "dark": swaps(LIGHT, DARK),
            }
        ),
    }


def swaps(one: Theme, other: Theme) -> dict[str, str]:
    """Colours of one theme and what replaces them in the other, as hex and as ``rgba(`` prefix."""
    table: dict[str, str] = {}
    new = other.colours()
    for name, old in one.colours().items():
        table[old] = new[name]
        before, after = (",".join(map(str, rgb(c))) for c in (old, new[name]))
        table[f"rgba({before},"] = f"rgba({after},"
    return table
