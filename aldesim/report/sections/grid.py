"""A printed table, before any HTML."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Grid:
    """A printed table: caption, column heads, rows of text; the first column names the row."""

    caption: str
    head: list[str]
    rows: list[list[str]]
