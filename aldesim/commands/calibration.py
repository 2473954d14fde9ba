"""`aldesim calibrate`: the populations fitted to published trials."""

import shlex
from pathlib import Path

from aldesim.commands.terminal import Progress, close, table


def calibrate(
    plan: Path | None = None,
    *,
    out: Path | None = None,
    workers: int | None = None,
) -> int:
    """Fit population parameters to published trials; the same command resumes it.

    Parameters
    ----------
    plan
        YAML file of parameters, priors and targets (default: the package's own).
    out
        Folder of the posterior, its page and all that was simulated (default: runs/calibration).
    workers
        Batches simulated at the same time (default: the machine's cores).
    """
    from aldesim.calibration import calibrate as run_calibration
    from aldesim.calibration.calibrate import OUT
    from aldesim.report import calibration as page

    folder = out or OUT
    command = shlex.join(["aldesim", "calibrate", *([str(plan)] if plan else [])])
    with Progress("evaluations") as progress:
        found = run_calibration(
            plan, out=folder, workers=workers, progress=progress.show, command=command
        )
    written = page.write_calibration(found, folder / "calibration.html", command)
    table(page.FIT_HEAD, page.fit_rows(found), title=found.plan.title)
    print()
    table(page.LEARNED_HEAD, page.learned_rows(found), title="Parameters")
    print()
    table(page.LEFT_OUT_HEAD, page.left_out_rows(found), title="Each group left out")
    targets, fitted, left_out = page.verdicts(found)
    print(f"\n{fitted} of {targets} targets inside; with their group left out {left_out}.")
    close({"Calibration": written})
    return 0
