"""The folder of runs: what lies in it, by names that cannot leave it."""

import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aldesim.errors import InputError
from aldesim.trial.run_folder import RunFolder

NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,119}")
WHERE = "run"


@dataclass(frozen=True)
class Runs:
    """A folder whose subfolders are runs.

    Parameters
    ----------
    root : Path
        The folder; it need not exist.
    """

    root: Path

    def place(self, name: Any) -> Path:
        """Path of a run of this folder, there or not.

        Raises
        ------
        InputError
            If the name is none, or leads out of the folder.
        """
        shown = str(name)[:60]
        if not isinstance(name, str) or not NAME.fullmatch(name):
            allowed = (
                "must be small letters, digits, '.', '_', '-', and begin with one of the first two"
            )
            raise InputError(WHERE, "name", shown, allowed)
        path = self.root / name
        if path.is_symlink() or path.resolve().parent != self.root.resolve():
            raise InputError(WHERE, "name", shown, "leads out of the folder of runs")
        return path

    def find(self, name: Any) -> RunFolder:
        """A run that is there.

        Raises
        ------
        InputError
            If there is none of that name.
        """
        folder = RunFolder(self.place(name))
        if folder.read_manifest() is None:
            raise InputError(WHERE, "name", name, "there is no such run")
        return folder

    def names(self) -> list[str]:
        """Names of all runs, the youngest first."""
        if not self.root.is_dir():
            return []
        found = [
            ((entry / "manifest.json").stat().st_mtime, entry.name)
            for entry in self.root.iterdir()
            if NAME.fullmatch(entry.name)
            and not entry.is_symlink()
            and (entry / "manifest.json").is_file()
        ]
        return [name for _, name in sorted(found, reverse=True)]

    def delete(self, name: Any) -> None:
        """Remove a run for good."""
        shutil.rmtree(self.find(name).path)
