"""The command line: which words start which command, and how errors end."""

import sys

import cyclopts

from aldesim import __version__
from aldesim.commands import app as web
from aldesim.commands import (
    calibration,
    clinic,
    design,
    evidence,
    forecast,
    laboratory,
    sensitivity,
    trial,
    trial_designs,
)
from aldesim.errors import InputError
from aldesim.notice import NOTICE

BAD_INPUT = 2
INTERRUPTED = 130

app = cyclopts.App(
    name="aldesim",
    help=f"A virtual clinic for interleukin-2. {NOTICE}",
    version=__version__,
    result_action="return_value",
)
for command in (
    *(trial.run, trial.compare, trial.scenarios, trial.records),
    *(trial_designs.trial, trial_designs.power, trial_designs.trials),
    *(clinic.screen, clinic.plan, clinic.regimens),
    *(laboratory.molecules, laboratory.potency, evidence.qualify),
    *(calibration.calibrate, sensitivity.sensitivity),
    forecast.fit,
    web.serve,
):
    app.command(command)
rules = cyclopts.App(name="rules", help="List rule sets, show one, or compare two.")
rules.default(clinic.rules)
rules.command(clinic.show_rules, name="show")
rules.command(clinic.diff_rules, name="diff")
app.command(rules)
designs = cyclopts.App(
    name="design", help="Try molecules and doses before any trial: map, doses, front."
)
designs.command(design.selectivity, name="map")
designs.command(design.doses)
designs.command(design.front)
app.command(designs)


def main(arguments: list[str] | None = None) -> None:
    """Entry point: one line and exit code 2 for bad input, 130 when interrupted."""
    try:
        words = sys.argv[1:] if arguments is None else arguments
        code = app(words, exit_on_error=False, print_error=False)
    except (InputError, cyclopts.CycloptsError) as error:
        print(f"aldesim: {' '.join(str(error).split())}", file=sys.stderr)
        code = BAD_INPUT
    except KeyboardInterrupt:
        print("aldesim: interrupted; the same command resumes where it stopped", file=sys.stderr)
        code = INTERRUPTED
    raise SystemExit(code)


if __name__ == "__main__":
    main()
