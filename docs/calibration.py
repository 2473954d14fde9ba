"""Remakes docs/calibration.md and the posterior that the package is shipped with.

    python docs/calibration.py

Resumes where it stopped; nothing is simulated again while model and plan stay the same.
"""

import shutil
from pathlib import Path

from aldesim.calibration import Calibration, calibrate
from aldesim.calibration.calibrate import OUT
from aldesim.calibration.result import POSTERIOR
from aldesim.commands.terminal import Progress
from aldesim.report.calibration import (
    FIT_HEAD,
    LEARNED_HEAD,
    LEFT_OUT_HEAD,
    OPEN_HEAD,
    UNINFORMED,
    fit_rows,
    learned_rows,
    left_out_rows,
    open_rows,
    verdicts,
    write_calibration,
)

DOCS = Path(__file__).parent
COMMAND = "aldesim calibrate"

METHOD = """# Calibration of the populations

`aldesim calibrate` fits a few parameters of the virtual populations to published trials of
high-dose interleukin-2 and says how well they are known. The plan, with priors, reasons and
targets, is `aldesim/calibration/plan.yaml`; the posterior shipped with the package is
`aldesim/calibration/posterior.tsv`. This page and that file are made by `python
docs/calibration.py`.

## Method

1. **Simulator.** A member of the ensemble is a value for every parameter. All members treat the
   same virtual patients with the same fates (common random numbers), so a difference between
   members is the doing of their parameters. What was simulated is kept under the hash of all it
   depends on; a killed run goes on where it stopped and ends with the same bits.
2. **Figures.** A share is compared on the logit. A Kaplan-Meier median is compared as the share
   still free at the published time, which is smooth where a median jumps. Everything else is
   relative to the published value. Bounds count from one side only.
3. **Uncertainty of a target**: sampling of the published study, sampling of the virtual
   patients, spread between studies (the published τ of response rates), rounding, and a
   discrepancy of the model of {discrepancy:.0%} of any mean.
4. **Search**: ensemble Kalman inversion with adaptive steps (Iglesias and Yang 2021),
   {ensemble} members, from the prior.
5. **Emulator**: quadratic response surfaces through all members, ridge chosen by the error of
   leaving one out, which enters the likelihood; taught again in {refinements} rounds around its
   own posterior.
6. **Chance of the pools**: members share their patients, so what these few have by chance is
   nearly the same in every member; one member with {reference} times as many shows how much, and
   every surface is moved by it.
7. **Posterior**: a sequential Monte Carlo sampler (Del Moral 2006) on the emulator's
   likelihood.
8. **Leave-one-group-out**: the sampler again without the targets of a group, and the group
   predicted.
9. **Weights**: entropy balancing of simulated patients to the targets, with the effective
   sample size.

On a linear-Gaussian model the inversion and the sampler give the exact posterior, without
information the prior comes back (`tests/calibration/`).

Responses of a complete and an objective kind are fitted; the partial ones are checks, because
they are the difference. The same holds of creatinine and resistance told twice.

## Trials that hold what is not known

`aldesim run SCENARIO --posterior 20` treats the same patients under each of 20 draws of the
posterior, and every interval of the summary and the report holds two things: the play of chance
in a trial of that many patients, and what the calibration left open. The variance is the mean of
the sampling variances plus 1 + 1/20 times the variance between draws, with Student's t (Rubin
1987): parameters are treated as missing values are. A share has the Wilson interval of a trial so
much smaller (Lott and Reiter 2020, doi:10.1080/00031305.2018.1473796), each time of a survival
curve likewise, and a median the times at which these limits cross one half. The report says which
part of each variance is the parameters'; published numbers are held against studies of one draw
each. With fewer than ten draws the t distribution makes intervals wide. From Python the draws are
the `versions` of `aldesim.run`, made by `aldesim.calibration.posterior_versions`. Not in the
intervals: parameters that the calibration does not move, and errors of the model itself.
"""


def table(head: list[str], rows: list[list[str]]) -> str:
    """Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def page(found: Calibration) -> str:
    """Text of the page."""
    plan = found.plan
    targets, fitted, left_out = verdicts(found)
    vague = [f"`{one.id}`" for one in found.learned if one.contraction < UNINFORMED]
    missed = [f"`{one.id}`" for one in found.targets if not one.predicted.inside]
    brittle = [f"`{one.id}`" for one in found.targets if one.left_out and not one.left_out.inside]
    reasons = [
        [one.id, one.title, f"{one.prior.median:g}", f"{one.prior.sd:g}", one.transform,
         one.prior.reason]
        for one in plan.parameters
    ]  # fmt: skip
    weights = [
        [pool.experiments, str(pool.patients), f"{pool.effective:.0f}"] for pool in found.pools
    ]
    parts = [
        METHOD.format(
            discrepancy=plan.discrepancy.size,
            ensemble=plan.ensemble,
            refinements=plan.refinements,
            reference=plan.reference,
        ),
        f"{found.evaluations} members were simulated. At members it had not seen the emulator was "
        f"off by {found.emulator_error:.2f} standard errors of a target (root mean square).\n",
        "## Priors\n",
        "Normal on the transformed scale. Medians are round numbers near the table of the model, "
        "some of which was set by hand with some of these targets in sight: that little counts "
        "twice.\n",
        table(["parameter", "meaning", "median", "SD", "scale", "reason"], reasons),
        "\n## Posterior\n",
        "Contraction is the share of the prior variance that the data took away; information of a "
        "group is in units of the prior's.\n",
        table(LEARNED_HEAD, learned_rows(found)),
        "\nThe tables of the model hold the posterior means of the tumour's parameters, except "
        "where the posterior confirms a median of the literature (doubling time of renal cell "
        "carcinoma). Of leak, vasodilation, kidney injury and confusion the "
        "tables keep values inside these intervals that also meet evidence outside this plan: "
        "with the posterior means patients gain still more water (5.7 against 5.6 kg, published "
        "4.0) and the virus bursts less without antiretrovirals.\n",
        "\n## Fit\n",
        f"{fitted} of {targets} targets inside the 95 % predictive interval of a study of their "
        f"size. Outside: {', '.join(missed) or 'none'}.\n",
        table(FIT_HEAD, fit_rows(found)),
        "\n## Each group left out\n",
        f"{left_out} of {targets} inside when predicted without their group. Outside: "
        f"{', '.join(brittle) or 'none'}. Errors are in standard deviations of the prediction.\n",
        table(LEFT_OUT_HEAD, left_out_rows(found)),
        "\n## What the data do not inform\n",
        f"Parameters that keep more than {UNINFORMED:.0%} of their prior variance: "
        f"{', '.join(vague) or 'none'}. Principal directions of the posterior, the least informed "
        "first (100 %: the prior decides alone):\n",
        table(OPEN_HEAD, open_rows(found)),
        "\n## Weighted patients\n",
        "Patients simulated at the posterior mean and weighted so that each pool meets its "
        "targets.\n",
        table(["patients of", "simulated", "effective"], weights),
    ]
    return "\n".join(parts) + "\n"


def main() -> None:
    """Calibrate, or resume, and write."""
    with Progress("evaluations") as progress:
        found = calibrate(progress=progress.show, command=COMMAND)
    write_calibration(found, OUT / "calibration.html", COMMAND)
    shutil.copy(OUT / "posterior.tsv", POSTERIOR)
    (DOCS / "calibration.md").write_text(page(found), "utf-8")


if __name__ == "__main__":
    main()
