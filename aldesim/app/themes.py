"""The theme that a page asks for."""

from typing import Any

from aldesim.errors import InputError
from aldesim.report.palette import THEMES, Theme


def theme_named(name: Any) -> Theme:
    """Theme of that name.

    Raises
    ------
    InputError
        If there is none.
    """
    if not isinstance(name, str) or name not in THEMES:
        raise InputError("theme", "", str(name)[:40], f"must be one of {', '.join(THEMES)}")
    return THEMES[name]
