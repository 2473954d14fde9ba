"""What commands print: tables, progress, the notice, the last line."""

from collections.abc import Iterable, Mapping, Sequence

from aldesim.notice import NOTICE

PIPE_WIDTH = 140  # characters; a pipe has no width of its own


def table(head: Sequence[str], rows: Iterable[Sequence[str]], title: str | None = None) -> None:
    """Print a table, as wide as the terminal allows."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    drawn = Table(*head, box=None, title=title, title_justify="left", pad_edge=False)
    for row in rows:
        drawn.add_row(*(escape(str(cell)) for cell in row))
    console = Console()
    if not console.is_terminal:
        console.width = PIPE_WIDTH
    console.print(drawn)


def close(results: Mapping[str, object]) -> None:
    """Print the last lines of a command: the notice, then each result or where its page lies."""
    print(NOTICE)
    for what, result in results.items():
        print(f"{what}: {result}")


class Progress:
    """A progress bar on a terminal, nothing in a pipe.

    Parameters
    ----------
    what : str
        What is counted.
    """

    def __init__(self, what: str):
        self._what = what

    def __enter__(self) -> "Progress":
        from rich import progress
        from rich.console import Console

        console = Console(stderr=True)
        self._bar = progress.Progress(
            "{task.description}",
            progress.BarColumn(),
            progress.MofNCompleteColumn(),
            progress.TimeRemainingColumn(elapsed_when_finished=True),
            console=console,
            disable=not console.is_terminal,
        )
        self._task = self._bar.add_task("preparing", total=None)
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def show(self, done: float, total: int) -> None:
        """Set the bar: how much of the total is done; parts count in part."""
        self._bar.update(self._task, description=self._what, completed=int(done), total=total)
