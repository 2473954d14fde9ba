"""`aldesim qualify`: the model against published numbers."""

from pathlib import Path
from typing import TYPE_CHECKING

from aldesim.commands.terminal import Progress, close, table

if TYPE_CHECKING:
    from aldesim.evidence import Scoreboard


def qualify(
    *,
    quick: bool = False,
    out: Path | None = None,
    workers: int | None = None,
    plan: Path | None = None,
    targets: bool = False,
    posterior: int | None = None,
) -> int:
    """Hold the model against published numbers; the same command resumes it.

    Parameters
    ----------
    quick
        Only the short experiments with few patients: to see that all works, not to judge.
    out
        Folder of the scoreboard and its cache (default: runs/qualification).
    workers
        Experiments computed at the same time (default: the machine's cores).
    plan
        YAML file of experiments instead of the package's own.
    targets
        Only the targets: the numbers that a virtual trial must meet.
    posterior
        Simulate so many draws of the calibration's posterior, so that intervals hold what is not
        known of the parameters (targets and checks of the calibration only).
    """
    from aldesim.evidence import load_plan
    from aldesim.evidence import qualify as run_qualification
    from aldesim.evidence.qualify import OUT
    from aldesim.evidence.targets import only_targets

    if posterior is not None:
        return _predictive(posterior, out, workers)
    folder = out or OUT
    chosen = load_plan(*([plan] if plan else []))
    chosen = only_targets(chosen) if targets else chosen
    with Progress("experiments") as progress:
        board = run_qualification(
            chosen, quick=quick, workers=workers, out=folder, progress=progress.show
        )
    return _shown(board, folder)


def _predictive(draws: int, out: Path | None, workers: int | None) -> int:
    from aldesim.calibration.predictive import OUT, predictive

    folder = out or OUT
    with Progress("evaluations") as progress:
        board = predictive(draws, out=folder, workers=workers, progress=progress.show)
    return _shown(board, folder)


def _shown(board: "Scoreboard", folder: Path) -> int:
    """Write the page, print the scoreboard and where the page lies."""
    from aldesim.report.scoreboard import write_scoreboard

    page = write_scoreboard(board, folder / "scoreboard.html")
    _print(board)
    close({"Scoreboard": page})
    return 0


def _print(board: "Scoreboard") -> None:
    """Print agreement by domain, then every miss."""
    from aldesim.report.figures.scoreboard import figures, observed
    from aldesim.report.wording import number, percent

    tallies = [(name, board.tally(name)) for name in board.domains]
    tallies += [
        ("all", board.tally()),
        ("used for calibration", board.tally(calibration=True)),
        ("not used", board.tally(calibration=False)),
    ]
    table(
        ["domain", "rows", "inside", "weighted", "mean log score"],
        [
            (name, str(t.rows), str(t.inside), percent(t.coverage, 0), number(t.log_score, 2))
            for name, t in tallies
        ],
        title="Agreement with published numbers" + (", quick subset" if board.quick else ""),
    )
    print()
    table(
        ["miss", "domain", "observed", "simulated", "95 %"],
        [
            (
                row.observation.id,
                row.observation.domain,
                f"{observed(row)} {row.observation.unit}",
                figures(row.median),
                f"{figures(row.low)} to {figures(row.high)}",
            )
            for row in board.misses
        ],
        title=f"{len(board.misses)} of {len(board.rows)} outside",
    )
