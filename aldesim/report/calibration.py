"""The page of a calibration: fit, what was learned, what was not, predictions left out."""

import math
from pathlib import Path

from aldesim.calibration import Calibration
from aldesim.calibration.result import Fit, Predicted
from aldesim.report.figures.scoreboard import figures
from aldesim.report.figures.strips import Strip, prior_strips
from aldesim.report.sections.grid import Grid
from aldesim.report.sheet import Section, write_sheet
from aldesim.report.wording import counted, number, percent

UNINFORMED = 0.5
"""Share of prior variance left above which a direction counts as not informed."""


def write_calibration(found: Calibration, path: Path, command: str) -> Path:
    """Path of the written page: one HTML file that works offline.

    Parameters
    ----------
    found : Calibration
        The finished calibration.
    path : Path
        Where to write; replaced in one step.
    command : str
        What makes it again.
    """
    return write_sheet(
        path,
        brand="calibration",
        heading=found.plan.title,
        lead="Population parameters fitted to published trials, and how well they are known.",
        command=command,
        sections=[_summary(found), _fit(found), _learned(found), _open(found), _left_out(found),
                  _weights(found), _method(found)],
    )  # fmt: skip


def fit_rows(found: Calibration) -> list[list[str]]:
    """One row a target or check: published, at the posterior mean, predicted, verdict."""
    return [
        [
            one.id,
            one.group or "check",
            _published(one),
            figures(one.simulated),
            _span(one.predicted),
            _verdict(one.predicted),
        ]
        for one in found.fits
    ]


FIT_HEAD = ["observation", "group", "published", "at the mean", "predicted, 95 %", "inside"]


def learned_rows(found: Calibration) -> list[list[str]]:
    """One row a parameter: prior, posterior, contraction, who told."""
    return [
        [
            one.id,
            _three(one.prior),
            _three(one.posterior),
            figures(one.mean),
            percent(one.contraction, 0),
            ", ".join(f"{name} {number(size, 1)}" for name, size in one.informed_by if size > 0.1),
        ]
        for one in found.learned
    ]


LEARNED_HEAD = [
    "parameter", "prior, 95 %", "posterior, 95 %", "mean", "contraction", "informed by",
]  # fmt: skip


def left_out_rows(found: Calibration) -> list[list[str]]:
    """One row a target: fitted with its group and predicted without it."""
    return [
        [
            one.id,
            one.group,
            _published(one),
            _span(one.predicted),
            _span(one.left_out),
            _error(one),
            _verdict(one.left_out),
        ]
        for one in found.targets
        if one.left_out is not None
    ]


LEFT_OUT_HEAD = [
    "observation", "group", "published", "fitted, 95 %", "group left out, 95 %", "error", "inside",
]  # fmt: skip


def open_rows(found: Calibration) -> list[list[str]]:
    """Combinations of parameters with the share of their prior variance that is left."""
    return [[percent(one.left, 0), one.words(4)] for one in found.directions]


OPEN_HEAD = ["prior variance left", "combination"]


def verdicts(found: Calibration) -> tuple[int, int, int]:
    """Targets, those inside as fitted, and those inside with their group left out."""
    targets = found.targets
    fitted = sum(one.predicted.inside for one in targets)
    return len(targets), fitted, sum(bool(o.left_out and o.left_out.inside) for o in targets)


def _summary(found: Calibration) -> Section:
    targets, fitted, left_out = verdicts(found)
    vague = [one.id for one in found.learned if one.contraction < UNINFORMED]
    return Section(
        "summary",
        "Summary",
        [
            f"{fitted} of {counted(targets, 'target')} inside their 95 % predictive interval; with "
            f"its group left out {left_out}.",
            f"{counted(len(found.learned), 'parameter')}, {counted(found.evaluations, 'member')} "
            f"simulated; the emulator missed members it had not seen by "
            f"{number(found.emulator_error, 2)} standard errors of a target (root mean square).",
            "Hardly informed by these targets: " + (", ".join(vague) or "none") + ".",
        ],
    )


def _fit(found: Calibration) -> Section:
    return Section(
        "fit",
        "Fit",
        ["Predictive intervals are of a study of the published size, with the uncertainty of the "
         "parameters, of sampling, between studies, of rounding and of the model. A survival "
         "median is told as the share free at the published time. Checks were not fitted."],
        tables=[Grid("Targets and checks", FIT_HEAD, fit_rows(found))],
    )  # fmt: skip


def _learned(found: Calibration) -> Section:
    strips = []
    for one, unknown in zip(found.learned, found.plan.parameters, strict=True):
        low, median, high = (unknown.score(value) for value in one.posterior)
        strips.append(Strip(one.id, low, median, high, f"{figures(one.mean)}"))
    picture = prior_strips(strips, "Posterior interval of each parameter within its prior")
    names = [one.id for one in found.learned]
    correlations = [
        [name, *(number(float(value), 2) for value in row)]
        for name, row in zip(names, found.correlation, strict=True)
    ]
    reasons = [[one.id, one.title, one.prior.reason] for one in found.plan.parameters]
    return Section(
        "learned",
        "What was learned",
        ["Thin bars: 95 % of the prior; thick bars: 95 % of the posterior; in standard deviations "
         "of the prior. Contraction is the share of the prior variance that the data took away. "
         "Information of a group is in units of what the prior knows."],
        [picture],
        [
            Grid("Parameters", LEARNED_HEAD, learned_rows(found)),
            Grid("Reasons of the priors", ["parameter", "meaning", "reason"], reasons),
            Grid("Posterior correlations", ["", *names], correlations),
        ],
    )  # fmt: skip


def _open(found: Calibration) -> Section:
    return Section(
        "open",
        "What the data do not inform",
        ["Principal directions of the posterior in units of the prior: near 100 % the targets say "
         "nothing of this combination and the prior decides."],
        tables=[Grid("Combinations, the least informed first", OPEN_HEAD, open_rows(found))],
    )  # fmt: skip


def _left_out(found: Calibration) -> Section:
    return Section(
        "groups",
        "Each group left out",
        ["The posterior is sampled again without the targets of a group, and the group is "
         "predicted. The error is in standard deviations of that prediction."],
        tables=[Grid("Predictions without a group's targets", LEFT_OUT_HEAD, left_out_rows(found))],
    )  # fmt: skip


def _weights(found: Calibration) -> Section:
    rows = [
        [
            pool.experiments.replace("+", " + "),
            name,
            number(aim, 2),
            number(before, 2),
            number(after, 2),
            f"{number(pool.effective)} of {pool.patients}",
        ]
        for pool in found.pools
        for name, aim, before, after in pool.rows
    ]
    head = ["patients", "target", "aim", "equal weights", "weighted", "effective"]
    return Section(
        "weights",
        "Weighted virtual patients",
        ["Patients simulated at the posterior mean, weighted by entropy balancing so that each "
         "pool meets its targets. Means are relative to the published one; shares and the share "
         "above a published median are between 0 and 1. The effective sample size tells what the "
         "weights cost."],
        tables=[Grid("Targets of each pool", head, rows)],
    )  # fmt: skip


def _method(found: Calibration) -> Section:
    plan = found.plan
    shares = ", ".join(number(share, 2) for share in found.shares)
    return Section(
        "method",
        "Method",
        [
            f"Ensemble Kalman inversion of {plan.ensemble} members took the data's weight in steps "
            f"of {shares}; quadratic response surfaces were fitted to all members and taught in "
            f"{counted(plan.refinements, 'further round')} around their own posterior; a "
            "sequential Monte Carlo sampler gave the posterior. Every member has the same virtual "
            "patients with the same fates.",
            f"Discrepancy of the model: {percent(plan.discrepancy.size, 0)} of any mean. "
            f"{plan.discrepancy.reason}",
        ],
    )


def _published(one: Fit) -> str:
    return f"{one.side} {figures(one.published)} {one.unit}".strip()


def _span(interval: Predicted | None) -> str:
    if interval is None:
        return ""
    return f"{figures(interval.median)} ({figures(interval.low)} to {figures(interval.high)})"


def _three(points: tuple[float, float, float]) -> str:
    return f"{figures(points[1])} ({figures(points[0])} to {figures(points[2])})"


def _verdict(interval: Predicted | None) -> str:
    return "" if interval is None else "yes" if interval.inside else "no"


def _error(one: Fit) -> str:
    """Distance of the published number from the prediction without its group, in its SDs."""
    assert one.left_out is not None
    if one.side:
        return "bound"
    spread = (one.left_out.high - one.left_out.low) / 3.92
    error = (one.published - one.left_out.median) / spread if spread else math.nan
    return number(error, 1)
