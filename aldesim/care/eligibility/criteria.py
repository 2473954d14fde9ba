"""Eligibility criteria: what must be true of a patient before treatment; read from YAML.

A requirement names an item and one of `above`, `below`, `at_least`, `at_most` (a number in the
item's unit) or `equals` (true, false, or one of the item's options); `all` and `any` join several.
Items are listed in `items.py`.
"""

from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from aldesim.care.eligibility.items import ITEMS
from aldesim.shelf import shelf_file, shelf_names
from aldesim.yamlfile import check_unique, read_yaml

SHELF = Path(__file__).with_name("sets")
OPERATORS = ("above", "below", "at_least", "at_most", "equals")


class Requirement(BaseModel):
    """A comparison of one item, or a group of requirements; see the module for the words."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    item: str | None = None
    above: float | None = None
    below: float | None = None
    at_least: float | None = None
    at_most: float | None = None
    equals: bool | str | None = None
    all: Annotated[tuple["Requirement", ...], Field(min_length=1)] | None = None
    any: Annotated[tuple["Requirement", ...], Field(min_length=1)] | None = None

    @field_validator("item")
    @classmethod
    def _listed(cls, item: str | None) -> str | None:
        if item is not None and item not in ITEMS:
            close = get_close_matches(item, ITEMS, n=3)
            hint = f"did you mean {' or '.join(close)}?" if close else f"known: {', '.join(ITEMS)}"
            raise ValueError(f"unknown item; {hint}")
        return item

    @model_validator(mode="after")
    def _one_thing(self) -> "Requirement":
        if sum(part is not None for part in (self.item, self.all, self.any)) != 1:
            raise ValueError("a requirement needs exactly one of item, all, any")
        used = [name for name in OPERATORS if getattr(self, name) is not None]
        if self.item is None:
            if used:
                raise ValueError("a group holds requirements only, no thresholds of its own")
            return self
        if len(used) != 1:
            raise ValueError(f"a comparison needs exactly one of {', '.join(OPERATORS)}")
        item, value = ITEMS[self.item], getattr(self, used[0])
        if item.kind == "flag" and not isinstance(value, bool):
            raise ValueError(f"the item {self.item} needs equals: true or equals: false")
        if item.kind == "choice" and value not in item.options:
            raise ValueError(f"the item {self.item} needs equals: {' or '.join(item.options)}")
        if item.kind == "number" and used[0] == "equals":
            raise ValueError(f"the item {self.item} needs a number to compare with")
        return self

    @property
    def operator(self) -> str:
        """Which comparison this is, or "all" or "any"."""
        return next(n for n in (*OPERATORS, "all", "any") if getattr(self, n) is not None)

    @property
    def threshold(self) -> float:
        """What the item is compared with, as a number: a flag is 0 or 1, a choice its place."""
        value = getattr(self, self.operator)
        return float(
            ITEMS[str(self.item)].options.index(value) if isinstance(value, str) else value
        )

    @property
    def parts(self) -> tuple["Requirement", ...]:
        """Requirements of a group; none for a comparison."""
        return self.all or self.any or ()

    def comparisons(self) -> Iterator["Requirement"]:
        """Every comparison inside, in order."""
        if self.item is not None:
            yield self
        for part in self.parts:
            yield from part.comparisons()

    def words(self) -> str:
        """The requirement as one phrase, such as "FEV1 above 2 L or (...)"."""
        if self.item is None:
            parts = [f"({p.words()})" if p.item is None else p.words() for p in self.parts]
            return (" and " if self.all else " or ").join(parts)
        item, value = ITEMS[self.item], getattr(self, self.operator)
        if item.kind == "flag":
            return f"{item.words}: {'yes' if value else 'no'}"
        if item.kind == "choice":
            return f"{item.words}: {str(value).replace('_', ' ')}"
        number = f"{value:g} {item.unit}".rstrip()
        return (
            f"{item.words} "
            + {
                "above": f"above {number}",
                "below": f"below {number}",
                "at_least": f"{number} or more",
                "at_most": f"{number} or less",
            }[self.operator]
        )


class Criterion(BaseModel):
    """One row of a list of criteria.

    Parameters
    ----------
    id, system, title, text : str
        Key, organ system, short name, the criterion in plain words.
    needs : Requirement
        What must be true.
    level : str
        "required" (decides), or "caution" (is told, and excludes nobody).
    operational, note : str
        How wording left to judgement is read; where the source is ambiguous or silent.
    source : str
        Where the row comes from.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    system: str
    title: str
    text: str
    needs: Requirement
    level: Literal["required", "caution"] = "required"
    operational: str = ""
    note: str = ""
    source: str

    @property
    def items(self) -> frozenset[str]:
        """Items that the row looks at."""
        return frozenset(str(leaf.item) for leaf in self.needs.comparisons())


class Criteria(BaseModel):
    """Who may be treated.

    Parameters
    ----------
    id, name, description, version : str
        Key, display name, plain words, which text it follows.
    criteria : tuple of Criterion
        In order: a virtual candidate is counted as excluded by the first that is not met.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    name: str
    description: str
    version: str
    criteria: tuple[Criterion, ...] = Field(min_length=1)


def criteria_names() -> list[str]:
    """Names of the lists of criteria that come with the program."""
    return shelf_names(SHELF)


def load_criteria(name_or_path: str | Path) -> Criteria:
    """Criteria by their name on the shelf, or from a YAML file of one's own, checked row by row.

    Parameters
    ----------
    name_or_path : str or Path
        A name of `criteria_names()`, or a path ending in .yaml or .yml.

    Raises
    ------
    InputError
        If there is no such list, or a field of the file is wrong; names file, row and field.
    """
    path = shelf_file("criteria", name_or_path, SHELF)
    criteria = read_yaml(path, Criteria)
    where = "/".join(path.parts[-2:])
    check_unique(where, "criteria", [row.id for row in criteria.criteria])
    return criteria
