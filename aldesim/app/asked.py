"""Checks of what a page asks with: every value comes from outside."""

import math
from collections.abc import Collection
from typing import Any

from aldesim.errors import InputError

SHOWN = 60  # characters of a wrong value that a message repeats


def fields(where: str, value: Any) -> dict[str, Any]:
    """Names with values.

    Raises
    ------
    InputError
        If it is something else.
    """
    if not isinstance(value, dict):
        raise InputError(where, "", type(value).__name__, "must be names with values")
    return value


def chosen(field: str, value: Any, names: Collection[str]) -> str:
    """One of some names; never a path.

    Raises
    ------
    InputError
        If it is none of them; lists them.
    """
    if not isinstance(value, str) or value not in names:
        raise InputError(field, "", str(value)[:SHOWN], f"must be one of {', '.join(names)}")
    return value


def number(where: str, field: str, value: Any) -> float:
    """A finite number.

    Raises
    ------
    InputError
        If it is none.
    """
    known = isinstance(value, int | float) and not isinstance(value, bool)
    if not known or abs(value) > 1e300 or not math.isfinite(value):
        raise InputError(where, field, str(value)[:SHOWN], "must be a number")
    return float(value)


def text(field: str, value: Any, longest: int) -> str:
    """Text of a bounded length.

    Raises
    ------
    InputError
        If it is no text, or longer.
    """
    if not isinstance(value, str) or len(value) > longest:
        allowed = f"must be text of {longest:,} characters at most"
        raise InputError(field, "", type(value).__name__, allowed)
    return value
