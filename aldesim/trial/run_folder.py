"""A run folder: what was asked, what is done so far, what came out. A kill never hurts it.

A chunk of patients is computed, written to a hidden folder and renamed into place in one step, so
a part either exists whole or not at all. When all patients are there the parts are joined into one
file per table.
"""

import json
import os
import platform
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from aldesim.errors import InputError
from aldesim.wholefile import make_folder, replacing, write_text

TABLES = (
    "patients",
    "doses",
    "decisions",
    "orders",
    "scans",
    "toxicity",
    "courses",
    "events",
)
ROW_GROUP = 32_768
"""Rows that readers hold at a time; small enough for memory, large enough for speed."""
_PART = re.compile(r"^(\d{9})-(\d{9})$")


@dataclass(frozen=True)
class RunFolder:
    """Place of one run on disk.

    Parameters
    ----------
    path : Path
        The folder.
    """

    path: Path

    @property
    def parts(self) -> Path:
        """Folder of finished chunks."""
        return self.path / "parts"

    @property
    def report(self) -> Path:
        """The page to read."""
        return self.path / "report.html"

    def table(self, name: str) -> Path:
        """File of a finished table."""
        return self.path / f"{name}.parquet"

    def read_manifest(self) -> dict[str, Any] | None:
        """Manifest, or None if the folder has none.

        Raises
        ------
        InputError
            If the manifest cannot be read.
        """
        file = self.path / "manifest.json"
        if not file.exists():
            return None
        try:
            return json.loads(file.read_text("utf-8"))
        except ValueError as error:
            raise InputError(str(file), "", "", f"is not a manifest ({error})") from None

    def write_manifest(self, manifest: dict[str, Any]) -> None:
        """Replace the manifest in one step."""
        text = json.dumps(manifest, indent=2, ensure_ascii=False) + "\n"
        write_text(self.path / "manifest.json", text)

    def open(self, manifest: dict[str, Any]) -> dict[str, Any]:
        """Create the folder, or check that it belongs to the same run; returns its manifest.

        Raises
        ------
        InputError
            If the folder holds another run, or files that are not a run.
        """
        make_folder(self.path)
        found = self.read_manifest()
        if found is None:
            # A kill may leave the parts' folder, still empty, and half of a manifest.
            own = {self.parts.name, ".manifest.json.part"}
            if {file.name for file in self.path.iterdir()} - own or self.done():
                raise InputError("out", "", str(self.path), "holds files that are not a run")
            make_folder(self.parts)
            self.write_manifest(manifest)
            return manifest
        if found.get("identity") != manifest["identity"]:
            other = found.get("scenario", {})
            raise InputError(
                "out",
                "",
                str(self.path),
                f"holds another run ({other.get('name')}, {other.get('patients')} patients, seed"
                f" {other.get('seed')}, inputs {str(found.get('identity'))[:8]}); this one is"
                f" {manifest['identity'][:8]}: choose another folder",
            )
        return found

    def is_complete(self) -> bool:
        """Whether every table is joined."""
        return not self.parts.exists() and all(self.table(name).exists() for name in TABLES)

    def done(self) -> list[tuple[int, int]]:
        """Ranges of patients already computed, as (first, last) inclusive, in order."""
        if not self.parts.exists():
            return []
        matches = (_PART.match(entry.name) for entry in self.parts.iterdir())
        return sorted((int(m[1]), int(m[2])) for m in matches if m)

    def scan(self, name: str) -> pl.LazyFrame:
        """One of the tables: whole, or of the patients computed so far."""
        if self.is_complete():
            return pl.scan_parquet(self.table(name))
        return pl.scan_parquet(self._part_files(name))

    def _part_files(self, name: str) -> list[Path]:
        return [
            self.parts / f"{first:09d}-{last:09d}" / f"{name}.parquet"
            for first, last in self.done()
        ]

    def missing(self, places: int, chunk: int, block: int) -> list[tuple[int, int]]:
        """Ranges still to compute, each at most `chunk` places and within one block of places."""
        gaps, start = [], 0
        for first, last in [*self.done(), (places, places)]:
            while start < first:
                end = min(start + chunk, first, start - start % block + block)
                gaps.append((start, end - 1))
                start = end
            start = last + 1
        return gaps

    def write_part(self, first: int, last: int, tables: dict[str, pl.DataFrame]) -> None:
        """Put one chunk of patients in place in one step."""
        hidden = self.parts / f".{first:09d}-{last:09d}.{platform.node()}.{os.getpid()}"
        shutil.rmtree(hidden, ignore_errors=True)
        hidden.mkdir(parents=True)
        for name in TABLES:
            tables[name].write_parquet(hidden / f"{name}.parquet")
        place = self.parts / f"{first:09d}-{last:09d}"
        if place.exists():  # another process was quicker; the same inputs gave the same bits
            shutil.rmtree(hidden)
        else:
            hidden.rename(place)

    def join(self) -> None:
        """Join the parts into one file per table, then remove them."""
        for name in TABLES:
            files = self._part_files(name)
            with replacing(self.table(name)) as hidden:
                pl.scan_parquet(files).sink_parquet(
                    hidden, maintain_order=True, row_group_size=ROW_GROUP
                )
        # Renamed first: a kill while deleting must not leave parts that look like an unjoined run.
        rest = self.path / ".joined"
        shutil.rmtree(rest, ignore_errors=True)
        self.parts.rename(rest)
        shutil.rmtree(rest)
