"""`aldesim sensitivity`: what drives a readout."""

import shlex
from pathlib import Path
from typing import Literal

from aldesim.commands.terminal import Progress, close, table

TOP = 8


def sensitivity(
    experiment: str,
    *,
    method: Literal["morris", "sobol"] = "morris",
    parameters: str = "varying",
    readout: list[str] | None = None,
    samples: int | None = None,
    patients: int | None = None,
    out: Path | None = None,
    workers: int | None = None,
) -> int:
    """Find what drives response, stopping or any readout; the same command resumes it.

    Parameters
    ----------
    experiment
        An experiment of `aldesim qualify`, a scenario on the shelf, or a path ending in .yaml.
    method
        morris: effects of many parameters; sobol: shares of the variance of a few.
    parameters
        Names of parameters or subjects (tumour, kidney ...), separated by commas; or varying, for
        all that differ between patients.
    readout
        A line such as "column name=doses_given"; may be given several times (default: response,
        largest shrinkage, doses given, vasopressor).
    samples
        Base points of morris (default: 8), or samples of sobol, a power of two (default: 32).
    patients
        Virtual patients of each version (default: 24).
    out
        Folder of the page and all that was simulated (default: runs/sensitivity/NAME-METHOD).
    workers
        Batches simulated at the same time (default: the machine's cores).
    """
    from aldesim.report.drivers import drivers_head, drivers_rows, write_drivers
    from aldesim.sensitivity import screening

    words = [word.strip() for word in parameters.split(",") if word.strip()]
    with Progress("versions") as progress:
        found = screening.screen(
            experiment,
            method=method,
            parameters=words,
            readouts=readout or screening.READOUTS,
            samples=samples,
            patients=screening.PATIENTS if patients is None else patients,
            workers=workers,
            out=out,
            progress=progress.show,
        )
    folder = out or screening.OUT / f"{found.experiment}-{method}"
    command = ["aldesim", "sensitivity", experiment, "--method", method]
    command += ["--parameters", parameters]
    page = write_drivers(found, folder / "drivers.html", shlex.join(command))
    for number, line in enumerate(found.readouts):
        table(drivers_head(found), drivers_rows(found, number, TOP), title=line)
        print()
    close({"Sensitivity": page})
    return 0
