"""The command line."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import cyclopts

from aldesim import __version__
from aldesim.errors import InputError

if TYPE_CHECKING:
    from aldesim.trial.result import TrialResult

NOTICE = "Research use only: aldesim simulates; it gives no treatment advice."
BAD_INPUT = 2
INTERRUPTED = 130

app = cyclopts.App(
    name="aldesim",
    help=f"A virtual clinic for interleukin-2. {NOTICE}",
    version=__version__,
    result_action="return_value",
)


@app.command
def run(
    scenario: str,
    *,
    patients: Annotated[int | None, cyclopts.Parameter(alias="-n")] = None,
    seed: int | None = None,
    out: Path | None = None,
    workers: int | None = None,
    chunk: int | None = None,
) -> int:
    """Run a virtual trial; the same command resumes it after an interruption.

    Parameters
    ----------
    scenario
        A name from `aldesim scenarios`, or a path ending in .yaml.
    patients
        Number of virtual patients (default: the scenario's).
    seed
        Seed of all randomness; the same seed gives the same bits (default: the scenario's).
    out
        Run folder (default: runs/SCENARIO-HASH).
    workers
        Chunks computed at the same time (default: the machine's cores).
    chunk
        Patients per chunk; changes memory and speed, never the result.
    """
    from aldesim.trial.runner import run as run_trial

    with _Progress() as progress:
        result = run_trial(
            scenario,
            patients=patients,
            seed=seed,
            out=out,
            workers=workers,
            chunk=chunk,
            progress=progress.show,
        )
    _write_report(result)
    return 0


@app.command
def scenarios() -> int:
    """List the scenarios on the shelf."""
    from rich.console import Console
    from rich.table import Table

    from aldesim.trial.scenario import load_scenario, scenario_names

    table = Table("scenario", "what it is", "patients", "follow-up, days", box=None)
    for name in scenario_names():
        found = load_scenario(name)
        table.add_row(name, found.title, f"{found.patients:,}", f"{found.follow_up_days:,}")
    Console().print(table)
    return 0


@app.command
def records(
    folder: Path,
    *,
    out: Path | None = None,
    time: Literal["day", "h"] = "day",
    amount: Literal["IU", "mg", "pmol"] = "IU",
) -> int:
    """Doses given in a finished run, as NONMEM-style records (ID, TIME, AMT, RATE, EVID, CMT).

    Parameters
    ----------
    folder
        Run folder.
    out
        CSV file to write (default: print).
    time
        Unit of TIME, from each patient's own first dose.
    amount
        Unit of AMT; RATE is per unit of TIME.
    """
    from aldesim.trial import TrialResult
    from aldesim.trial.given import dose_records

    table = dose_records(TrialResult.open(folder), time_unit=time, amount_unit=amount)
    if out is None:
        sys.stdout.write(table.csv())
        return 0
    try:
        table.write(out)
    except OSError as error:
        raise InputError("out", "", str(out), f"cannot be written: {error.strerror}") from None
    return 0


class _Progress:
    """A progress bar on a terminal, nothing in a pipe."""

    def __enter__(self) -> "_Progress":
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

        console = Console(stderr=True)
        self._bar = Progress(
            "{task.description}",
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(elapsed_when_finished=True),
            console=console,
            disable=not console.is_terminal,
        )
        self._task = self._bar.add_task("preparing", total=None)
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def show(self, done: float, total: int) -> None:
        """Set the bar: patients done (a part-treated chunk counts in part) of the total."""
        self._bar.update(self._task, description="patients", completed=int(done), total=total)


def _write_report(result: "TrialResult") -> None:
    from rich.console import Console
    from rich.table import Table

    from aldesim.report import pick_patients, summary, write_report
    from aldesim.trial.replay import replay

    hourly = replay(result, [pick.id for pick in pick_patients(result)])
    write_report(result, result.report, hourly)
    table = Table("", "simulated", "note", box=None, title=result.manifest["scenario"]["title"])
    for label, value, note in summary(result):
        table.add_row(label, value, note)
    console = Console()
    console.print(table)
    console.print(f"[dim]{NOTICE}[/dim]")
    console.print(f"Report: {result.report}", soft_wrap=True, highlight=False)


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
