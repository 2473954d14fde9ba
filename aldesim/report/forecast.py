"""The page of a fit: each person's readings, forecast, parameters and checks."""

from pathlib import Path
from typing import Any

import polars as pl

from aldesim.forecast import FitResult
from aldesim.report.figures.forecast import forecast, parameters_before_and_after, sign_of
from aldesim.report.page import fill, page_environment
from aldesim.report.plots import Plots
from aldesim.report.sections.grid import Grid
from aldesim.report.wording import counted, day, number, percent, span
from aldesim.wholefile import write_text

SUSPICIOUS = 0.01
FEW_ANCESTORS = 10


def write_forecast(result: FitResult) -> Path:
    """Path of the written page: one HTML file that works offline.

    Parameters
    ----------
    result : FitResult
        The finished fit.
    """
    return write_text(result.report, render_forecast(result))


def render_forecast(result: FitResult) -> str:
    """HTML text of the page; see `write_forecast`."""
    plots, manifest = Plots(), result.manifest
    setting = manifest["setting"]
    frames = {name: result.table(name) for name in ("parameters", "bands", "readings")}
    people = [_person(plots, frames, manifest, one) for one in manifest["people"]]
    recorded = any(one["orders_recorded"] for one in manifest["people"])
    context = {
        "heading": f"Fit and forecast: {manifest['data']}",
        "lead": (
            f"{counted(len(people), 'person', 'people')};"
            f" {number(manifest['particles'])} candidates for each, drawn from population"
            f" {setting['population']}, updated by the readings."
        ),
        "overview": overview(result),
        "people": people,
        "orders": _orders(setting["support"], recorded),
        "inputs": Grid(
            "What the fit rests on",
            ["Input", "Value"],
            [[name, str(value)] for name, value in setting.items()]
            + [[name, str(manifest[name])] for name in ("seed", "identity")],
        ),
    }
    return fill(page_environment().get_template("forecast.html.j2"), context, plots)


def overview(result: FitResult) -> Grid:
    """One row for each person: data, effective sample size, what was informed."""
    informed = result.table("parameters").filter("informed")
    rows = []
    for one in result.manifest["people"]:
        names = informed.filter(pl.col("person") == one["person"])["name"].to_list()
        steps = len(one["stages"])
        rows.append(
            [
                one["person"],
                number(one["readings"]),
                number(one["doses"]),
                number(one["effective_sample_size_of_the_prior"], 1),
                number(steps),
                number(one["distinct_prior_ancestors"]),
                counted(len(names), "parameter"),
            ]
        )
    head = ["Person", "Readings", "Doses", "ESS of the prior", "Tempering steps", "Prior ancestors"]
    return Grid("Who was fitted, and how much the readings say", [*head, "Informed"], rows)


def checks(one: dict[str, Any]) -> Grid:
    """Whether the model can explain each sign of a person."""
    rows = [
        [
            sign,
            number(row["readings"]),
            percent(row["inside"]["prior"], 0),
            percent(row["inside"]["posterior"], 0),
            number(row["p_value"], 3),
        ]
        for sign, row in one["fit_of_signs"].items()
    ]
    head = ["Sign", "Readings", "In 90 % of prior", "In 90 % of posterior", "Posterior p"]
    return Grid("Readings inside their predictive bands", head, rows)


def _person(
    plots: Plots, frames: dict[str, pl.DataFrame], manifest: dict[str, Any], one: dict[str, Any]
) -> dict[str, Any]:
    """Everything the page shows of one person."""
    name = one["person"]
    table, bands, readings = (
        frames[key].filter(pl.col("person") == name) for key in ("parameters", "bands", "readings")
    )
    signs = list(dict.fromkeys(bands["sign"].to_list()))
    known = ", ".join(
        f"{key.replace('_', ' ')} {value:g}" if isinstance(value, float) else f"{key} {value}"
        for key, value in one["known"].items()
    )
    unread = table.filter(~pl.col("informed"))["name"].to_list()
    return {
        "name": f"Person {name}",
        "lead": (
            f"{counted(one['readings'], 'reading')} until day {day(one['last_reading_day'])},"
            f" {counted(one['doses'], 'dose')}. Known: {known or 'nothing'}."
        ),
        "warnings": _warnings(manifest, one),
        "signs": [
            plots(
                forecast(
                    bands.filter(pl.col("sign") == sign),
                    readings.filter(pl.col("sign") == sign),
                    one["last_reading_day"],
                )
            )
            for sign in signs
        ],
        "parameters": plots(parameters_before_and_after(table)),
        "parameter_grid": parameter_grid(table),
        "uninformed": (
            f"The readings say nothing of {counted(len(unread), 'other parameter')}, which keep"
            " their spread in the population."
        ),
        "checks": checks(one),
        "readings": _reading_grid(readings),
    }


def parameter_grid(table: pl.DataFrame, most: int | None = None) -> Grid:
    """Informed parameters of one person: prior and posterior, 90 % intervals."""
    rows = table.filter("informed")
    rows = rows if most is None else rows.head(most)
    lines = []
    for row in rows.iter_rows(named=True):
        digits = _digits(row["prior_median"])
        cells = [
            f"{number(row[f'{which}_median'], digits)}"
            f" ({span(row[f'{which}_low'], row[f'{which}_high'], digits)})"
            for which in ("prior", "posterior")
        ]
        lines.append([row["name"], row["unit"], *cells, percent(max(row["contraction"], 0), 0)])
    head = ["Parameter", "Unit", "Prior: median (90 %)", "Posterior: median (90 %)", "Narrower by"]
    return Grid("Parameters that the readings inform; variance of the normal score", head, lines)


def _digits(value: float) -> int:
    size = abs(value)
    return 0 if size >= 100 else 1 if size >= 10 else 2 if size >= 1 else 3 if size >= 0.1 else 4


def _reading_grid(readings: pl.DataFrame) -> Grid:
    rows = []
    for row in readings.iter_rows(named=True):
        digits = sign_of(row["sign"], row["unit"]).digits
        bands = [
            span(row[f"{which}_low"], row[f"{which}_high"], digits)
            for which in ("prior", "posterior")
        ]
        below = "< " if row["below"] else ""
        value = below + number(row["value"], digits)
        rank = number(row["posterior_rank"], 2)
        rows.append([row["sign"], number(row["time"], 2), value, row["unit"], *bands, rank])
    head = ["Sign", "Day", "Read", "Unit", "Prior 90 %", "Posterior 90 %", "Rank"]
    return Grid("Readings; rank is the chance of a lower one under the posterior", head, rows)


def _warnings(manifest: dict[str, Any], one: dict[str, Any]) -> list[str]:
    found = []
    outside = manifest["outside_population"].get(one["person"])
    if outside:
        found.append(
            f"Outside the population: {'; '.join(outside)}. The value is used as it is; what the"
            " population links to it is taken at its edge."
        )
    bad = [sign for sign, row in one["fit_of_signs"].items() if row["p_value"] < SUSPICIOUS]
    if bad:
        found.append(
            f"The model cannot explain {', '.join(bad)} within its errors: check the units, the"
            " times and the doses; do not trust this forecast."
        )
    if one["stages"] and one["distinct_prior_ancestors"] < FEW_ANCESTORS:
        found.append(
            f"All candidates descend from {one['distinct_prior_ancestors']} of the prior: use more"
            " with --particles."
        )
    return found


def _orders(support: str, recorded: bool) -> str:
    """What is assumed of fluid and drugs beside the doses."""
    if support == "none":
        usual = "No fluid, vasopressor or other supportive drug is given unless recorded."
    else:
        usual = (
            f"Fluid, vasopressor and other supportive drugs follow standing orders ({support}),"
            " hour by hour on each candidate's own signs, until three days after the last"
            " intravenous dose."
        )
    if recorded:
        usual += " Orders that the data record replace them until the last reading."
    return usual
