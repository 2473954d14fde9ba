"""The condition language of rule sets: comparisons of named signs, joined by `all` and `any`.

A comparison names a sign and one of

    above, below, at_least, at_most   a threshold in the sign's unit
    equals                            a value, or true / false for a yes/no sign
    rising                            more than this above the value at the last decision
    fallen                            more than this below the highest value since the rule began

and may ask for persistence with `for_hours`. Signs are listed in `signs.py`.
"""

from collections.abc import Iterator
from difflib import get_close_matches
from functools import cached_property
from typing import Annotated

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from aldesim.care.signs import SIGNS

OPERATORS = ("above", "below", "at_least", "at_most", "equals", "rising", "fallen")
COMPARE = {
    "above": np.greater,
    "below": np.less,
    "at_least": np.greater_equal,
    "at_most": np.less_equal,
    "equals": np.equal,
}


class Condition(BaseModel):
    """A comparison of one sign, or a group of conditions; see the module for the words."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    sign: str | None = None
    above: float | None = None
    below: float | None = None
    at_least: float | None = None
    at_most: float | None = None
    equals: bool | float | None = None
    rising: Annotated[float, Field(ge=0)] | None = None
    fallen: Annotated[float, Field(ge=0)] | None = None
    for_hours: Annotated[float, Field(gt=0)] | None = None
    all: Annotated[tuple["Condition", ...], Field(min_length=1)] | None = None
    any: Annotated[tuple["Condition", ...], Field(min_length=1)] | None = None

    @field_validator("sign")
    @classmethod
    def _listed(cls, sign: str | None) -> str | None:
        if sign is not None and sign not in SIGNS:
            close = get_close_matches(sign, SIGNS, n=3)
            hint = f"did you mean {' or '.join(close)}?" if close else f"known: {', '.join(SIGNS)}"
            raise ValueError(f"unknown sign; {hint}")
        return sign

    @model_validator(mode="after")
    def _one_thing(self) -> "Condition":
        if sum(part is not None for part in (self.sign, self.all, self.any)) != 1:
            raise ValueError("a condition needs exactly one of sign, all, any")
        used = [name for name in OPERATORS if getattr(self, name) is not None]
        if self.sign is None:
            if used or self.for_hours is not None:
                raise ValueError("a group holds conditions only, no thresholds of its own")
            return self
        if len(used) != 1:
            raise ValueError(f"a comparison needs exactly one of {', '.join(OPERATORS)}")
        flag = SIGNS[self.sign].kind == "flag"
        if flag != isinstance(self.threshold, bool):
            need = "equals: true or equals: false" if flag else "a number to compare with"
            raise ValueError(f"the sign {self.sign} needs {need}")
        return self

    @cached_property
    def operator(self) -> str:
        """Which comparison this is, or "all" or "any"."""
        names = (*OPERATORS, "all", "any")
        return next(name for name in names if getattr(self, name) is not None)

    @property
    def threshold(self) -> float | bool:
        """What the sign is compared with."""
        return getattr(self, self.operator)

    @property
    def parts(self) -> tuple["Condition", ...]:
        """Conditions of a group; none for a comparison."""
        return self.all or self.any or ()

    @property
    def remembers(self) -> bool:
        """Whether the comparison needs something from earlier decisions."""
        return self.for_hours is not None or self.operator in ("rising", "fallen")

    def comparisons(self) -> Iterator["Condition"]:
        """Every comparison inside, in order."""
        if self.sign is not None:
            yield self
        for part in self.parts:
            yield from part.comparisons()

    def can_be_met(self, signs: frozenset[str]) -> bool:
        """Whether the condition could become true if only these signs were known."""
        if self.sign is not None:
            return self.sign in signs
        joined = np.all if self.all else np.any
        return bool(joined([part.can_be_met(signs) for part in self.parts]))

    def words(self, unit: str = "") -> str:
        """The threshold in words, such as "below 90" or "at 2 or more for 16 h"."""
        value = f"{self.threshold:g} {unit}".rstrip()
        text = {
            "above": f"above {value}",
            "below": f"below {value}",
            "at_least": f"at {value} or more",
            "at_most": f"at {value} or less",
            "equals": f"{value}",
            "rising": f"rising by more than {value}",
            "fallen": f"fallen by more than {value}",
        }[self.operator]
        if SIGNS[str(self.sign)].kind == "flag":
            text = "yes" if self.threshold else "no"
        return f"{text} for {self.for_hours:g} h" if self.for_hours else text
