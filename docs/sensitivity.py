"""Remakes docs/sensitivity.svg, .tsv and .md.

    python docs/sensitivity.py

Resumes where it stopped; nothing is computed again while the model stays the same.
"""

import time
from pathlib import Path

import numpy as np

from aldesim.commands.terminal import Progress
from aldesim.report.figures.sensitivity import STEPS, heat_map
from aldesim.sensitivity.published import PATIENTS, RESAMPLES, Sensitivity, sensitivity
from aldesim.sensitivity.shifts import scale_of
from aldesim.sensitivity.steps import step_of

DOCS = Path(__file__).parent
SCALES = {
    "published value": "value",
    "half of the published interval": "interval",
    "half of the 95 % interval of the count": "count",
}

HEAD = f"""# What moves what

Which parameter moves which published number, over all parameters of the model and all observations
that were used for calibration.

![Heat map: parameters down, observations across](sensitivity.svg)

## How it is made

Every parameter is moved one step up and one step down in every virtual patient, and every
experiment is simulated again with the same patients, the same doses planned, the same thresholds
of fate: closed-loop trials with {PATIENTS} patients, other experiments with half as many. A step
is one between-patient standard deviation on the scale on which the parameter is normal, or 10 % of
a parameter that does not differ between patients (of a percentage, 10 % of its distance from 0 or
100). Half the difference between up and down, over
what the observation leaves open, is the shift. What it leaves open is half of the published
interval (`interval`); for a proportion without one, half of the 95 % interval of its count
(`count`); otherwise the published value itself (`value`). So a shift of 1 carries a simulated value
across half of an interval, or by as much as was observed.

The error of a shift, from the choice of virtual patients, comes from {RESAMPLES} resamples of the
pairs; shifts of no more than two errors are left out. A response in {PATIENTS} patients is a few
of them: small shifts of the tumour and survival columns stay below what can be told. Steps are
large where patients differ widely (`resistant_share`, `SLD_0`), and a shift says nothing of two
parameters moved at once. `body_weight` moves doses by weight with it; the other covariates move
in the body alone. A parameter set by the molecule (`K_alpha`, `K_beta_gamma`) moves from there.

Numbers: `sensitivity.tsv`. Remake all three files, in ten minutes on two cores, with
`python docs/sensitivity.py`.
"""


def leading(found: Sensitivity) -> list[str]:
    """Table: the largest shifts of each observation."""
    lines = [
        "## What drives each observation",
        "",
        "| domain | observation | observed | simulated | in units of | largest shifts |",
        "|---|---|---|---|---|---|",
    ]
    for column, one in enumerate(found.observations):
        shifts = ", ".join(f"{name} {shift:+.2g}" for name, shift in found.leading(one.id))
        value = f"{one.side} {one.value:g} {one.unit}".strip()
        simulated = found.simulated[column]
        shown = "too few" if np.isnan(simulated) else f"{simulated:.3g}"
        scale = SCALES[scale_of(one)[1]]
        lines.append(f"| {one.domain} | {one.id} | {value} | {shown} | {scale} | {shifts} |")
    return lines


def widest(found: Sensitivity, count: int = 30) -> list[str]:
    """Table: parameters that move the most observations."""
    moved = found.clear & (np.abs(np.nan_to_num(found.shift)) >= STEPS[2])
    some = found.clear & (np.abs(np.nan_to_num(found.shift)) >= STEPS[0])
    order = np.argsort(-(moved.sum(axis=1) + some.sum(axis=1) / 1000), kind="stable")[:count]
    lines = [
        "## Parameters that move the most",
        "",
        f"| parameter | step | moves observations by {STEPS[2]:g} or more | {STEPS[0]:g} or more |",
        "|---|---|---|---|",
    ]
    lines += [
        f"| {found.parameters[row].id} | {step_of(found.parameters[row])} | {moved[row].sum()} "
        f"| {some[row].sum()} |"
        for row in order
    ]
    idle = [
        one.id for one, any_ in zip(found.parameters, some.any(axis=1), strict=True) if not any_
    ]
    lines += [
        "",
        f"{len(idle)} of {len(found.parameters)} parameters move no observation by {STEPS[0]:g} or "
        "more, so these observations cannot tell their values:",
        ", ".join(idle) + ".",
    ]
    return lines


def main() -> None:
    """Compute, draw, write."""
    started = time.monotonic()
    with Progress("steps") as progress:
        found = sensitivity(progress=progress.show)
    found.write(DOCS / "sensitivity.tsv")
    (DOCS / "sensitivity.svg").write_text(heat_map(found), "utf-8")
    parts = [HEAD, *leading(found), "", *widest(found)]
    (DOCS / "sensitivity.md").write_text("\n".join(parts) + "\n", "utf-8")
    print(f"docs/sensitivity.svg, .tsv, .md: {time.monotonic() - started:.0f} s")


if __name__ == "__main__":
    main()
