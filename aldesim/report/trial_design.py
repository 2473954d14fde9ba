"""A page of what a trial design would report, and its numbers in words for a terminal."""

from pathlib import Path

import numpy as np
import plotly.graph_objects as go
import polars as pl
import yaml

from aldesim.report.figures.toxicity import toxicity, toxicity_of_arms
from aldesim.report.figures.trial_design import power_curve, predictive_intervals, survival_bands
from aldesim.report.page import fill, page_environment
from aldesim.report.plots import Plots
from aldesim.report.sections.grid import Grid
from aldesim.report.summary import Row
from aldesim.report.tables import toxicity_table
from aldesim.report.wording import number, percent, span
from aldesim.trial.design import DesignForecast, size_of, two_stage_of
from aldesim.trial.design.schema import Design
from aldesim.trial.endpoints import proportion
from aldesim.wholefile import write_text

_SUCCESS = {
    "response": "response (CR or PR)",
    "complete_response": "complete response",
    "OS": "overall survival, log-rank",
    "PFS": "progression-free survival, log-rank",
}
MOST_CURVES = 500


def design_rows(found: DesignForecast) -> list[Row]:
    """What the design is, and how often it succeeds, in words."""
    design, trials = found.design, found.replicates.trials
    rows = [Row("Patients in a trial", number(size_of(design)), _arms(design))]
    stages = two_stage_of(design)
    if stages is not None:
        rows += [
            Row(
                "Stage one",
                f"stop at {stages.r1} of {stages.n1}",
                f"stops early with probability {percent(stages.early_stop(stages.p0))} at "
                f"{percent(stages.p0, 0)} response",
            ),
            Row(
                "In all",
                f"more than {stages.r} of {stages.n}",
                f"exact alpha {percent(stages.alpha)}, power {percent(stages.power)} at "
                f"{percent(stages.p1, 0)}; mean size at {percent(stages.p0, 0)} "
                f"{number(stages.expected_size(stages.p0), 1)}",
            ),
        ]
    hits = proportion(int(trials["success"].sum()), trials.height)
    rows.append(
        Row(
            "Trials with success",
            percent(hits.value),
            f"95\u00a0% interval of {number(trials.height)} replicates "
            f"{span(100 * hits.low, 100 * hits.high, 1)}\u00a0%; {_rule(design)}",
        )
    )
    if stages is not None:
        share = float(trials["stopped_early"].mean())  # type: ignore[arg-type]
        rows.append(
            Row("Stopped after stage one", percent(share), f"of replicates; mean size "
                f"{number(float(trials['patients'].mean()), 1)}")  # type: ignore[arg-type]
        )  # fmt: skip
    rows.append(
        Row(
            "Pool",
            number(len(found.pool)),
            "virtual patients, each treated once in every arm; trials are drawn from them",
        )
    )
    return rows


def predictive_rows(found: DesignForecast) -> list[list[str]]:
    """Rows of the predictive table: arm, measure with unit, median, 95 %, 50 % of trials."""
    several = len(found.design.arms) > 1
    rows = []
    for row in found.predictive.iter_rows(named=True):
        unit = row["unit"]
        contrast = several and unit not in ("%", "months")
        arm = f"against {row['arm']}" if contrast else row["arm"]
        digits = {"%": 1, "months": 1, "percentage points": 1, "ratio": 2, "p": 3}[unit]
        label = row["measure"] + (f", {unit}" if unit in ("%", "months") else "")
        rows.append(
            [
                arm,
                label,
                _mark(row["median"], digits),
                f"{_mark(row['low'], digits)} to {_mark(row['high'], digits)}",
                f"{_mark(row['lower'], digits)} to {_mark(row['upper'], digits)}",
            ]
        )
    return rows


def power_rows(curve: pl.DataFrame) -> list[list[str]]:
    """Rows of the power table: patients, power, limits, assurance, stopped early, mean size."""
    return [
        [
            number(row["size"]),
            percent(row["power"]),
            f"{span(100 * row['low'], 100 * row['high'], 1)}\u00a0%",
            "–" if row["assurance"] is None else percent(row["assurance"]),
            percent(row["stopped_early"]),
            number(row["mean_patients"], 1),
        ]
        for row in curve.iter_rows(named=True)
    ]


def write_design_page(found: DesignForecast, curve: pl.DataFrame | None = None) -> Path:
    """Path of the written page: one HTML file that works offline.

    Parameters
    ----------
    found : DesignForecast
        A simulated design.
    curve : DataFrame, optional
        Its power by number of patients.
    """
    return write_text(found.report, render_design(found, curve))


def render_design(found: DesignForecast, curve: pl.DataFrame | None = None) -> str:
    """HTML text of the page; see `write_design_page`."""
    plots, design, table = Plots(), found.design, found.predictive
    trials = min(found.replicates.trials.height, MOST_CURVES)
    rates = ["Response (CR + PR)", "Complete response"]
    times = ["Median PFS", "Median OS"]
    intervals = [
        predictive_intervals(table, rates, "Response that a trial would report", "Patients, %"),
        predictive_intervals(table, times, "Medians that a trial would report", "Months"),
    ]
    if len(design.arms) > 1:
        ratios = ["Hazard ratio, PFS", "Hazard ratio, OS"]
        title, axis = "Hazard ratios that a trial would report", "Hazard ratio (ratio; below 1 is "
        axis += f"better with {design.arms[0].name})"
        intervals.append(predictive_intervals(table, ratios, title, axis, equal=1.0))
    bands = [
        survival_bands(found.survival_bands(kind, MOST_CURVES), kind, trials)
        for kind in ("PFS", "OS")
    ]
    grid = Grid(
        f"Over {number(found.replicates.trials.height)} replicate trials",
        ["Arm", "Measure", "Median", "95 % of trials", "Half of trials"],
        predictive_rows(found),
    )
    context = {
        "heading": design.title,
        "description": " ".join(design.description.split()),
        "source": " ".join(design.source.split()),
        "rows": design_rows(found),
        "intervals": [plots(figure) for figure in intervals],
        "bands": [plots(figure) for figure in bands],
        "toxicity": [plots(figure) for figure in _toxicity(found)],
        "table": grid,
        "power": [plots(power_curve(curve))] if curve is not None else [],
        "power_table": None
        if curve is None
        else Grid(
            "Power by number of patients",
            ["Patients", "Power", "95 % Monte Carlo", "Assurance", "Stopped early", "Mean size"],
            power_rows(curve),
        ),
        "knowledge": design.knowledge,
        "arms": [(arm.name, arm.title or arm.name) for arm in design.arms],
        "design_yaml": yaml.safe_dump(
            design.model_dump(mode="json", exclude_none=True),
            sort_keys=False, allow_unicode=True, width=88, default_flow_style=None,
        ),
    }  # fmt: skip
    return fill(page_environment().get_template("trial_design.html.j2"), context, plots)


def _toxicity(found: DesignForecast) -> list[go.Figure]:
    """Worst grades of the pool: of one arm, or of the first beside each other one."""
    kept = pl.Series(found.pool.ids).implode()
    grades = [
        (name, toxicity_table(run.toxicity.filter(pl.col("id").is_in(kept)), len(found.pool)))
        for name, run in found.pool.runs.items()
    ]
    if len(grades) == 1:
        return [toxicity(grades[0][1])]
    return [toxicity_of_arms((grades[0], other)) for other in grades[1:]]


def _arms(design: Design) -> str:
    if len(design.arms) == 1:
        return "one arm"
    ratio = " : ".join(str(arm.ratio) for arm in design.arms)
    plan = design.allocation
    blocks = f"blocks of {' or '.join(map(str, plan.blocks))}" if plan.blocks else "no blocks"
    strata = ", ".join(stratum.covariate for stratum in plan.strata)
    return f"{len(design.arms)} arms, {ratio}, {blocks}" + (f" within {strata}" if strata else "")


def _rule(design: Design) -> str:
    if design.success is None:
        return "by the limits of the two stages"
    rule = design.success
    what = f"{_SUCCESS[rule.endpoint]}, alpha {rule.alpha:g}"
    if rule.p0 is not None:
        return f"{what}, above {percent(rule.p0, 0)}, {rule.sided}-sided"
    return f"{what}, {rule.sided}-sided, in favour of {design.arms[0].name}"


def _mark(value: float, digits: int) -> str:
    return "not reached" if np.isinf(value) else number(value, digits)
