"""Numbers and names as a reader wants them: few digits, units, no code words."""

import html
import math
from collections.abc import Mapping
from typing import Any

from aldesim.timeunits import DAYS_PER_MONTH, MINUTES_PER_DAY

RESPONSES = {
    "CR": "complete response",
    "PR": "partial response",
    "SD": "stable disease",
    "PD": "progressive disease",
    "NE": "not evaluable",
}

ACTIONS = {
    "give": "given",
    "hold": "held",
    "stop_cycle": "cycle stopped",
    "stop_for_good": "stopped for good",
}

_KEEP = {"MAP", "SBP", "SLD", "LDH", "ECOG", "BSA", "IL-2", "NK", "CD8", "GFR"}


def number(value: float | None, digits: int = 0) -> str:
    """Value with thousands separators and a true minus sign; a dash if there is none."""
    if value is None or not math.isfinite(value):
        return "–"
    text = f"{value:,.{digits}f}"
    if text.startswith("-"):
        text = text[1:] if float(text.replace(",", "")) == 0 else "−" + text[1:]
    return text


def span(low: float | None, high: float | None, digits: int = 0) -> str:
    """``low to high`` in the same digits."""
    return f"{number(low, digits)} to {number(high, digits)}"


def percent(share: float | None, digits: int = 1) -> str:
    """Share between 0 and 1 as percent."""
    if share is None or not math.isfinite(share):
        return "–"
    return f"{number(100 * share, digits)}\u00a0%"


def amount(pico: float, unit: str = "mol") -> str:
    """Power of ten of a unit, given in its picos: ``10 nmol`` for 10,000."""
    for prefix, size in (("m", 1e9), ("\u00b5", 1e6), ("n", 1e3), ("p", 1.0), ("f", 1e-3)):
        if pico >= size:
            return f"{pico / size:g} {prefix}{unit}"
    return f"{pico:g} p{unit}"


def months(days: float, unit: str = " months") -> str:
    """Days as months with one decimal; ``not reached`` if follow-up was too short."""
    if math.isnan(days):
        return "–"
    return f"{days / DAYS_PER_MONTH:.1f}{unit}" if math.isfinite(days) else "not reached"


def day(days: float) -> str:
    """Day with one decimal where it is not a whole one."""
    return number(days, 0 if abs(days - round(days)) < 0.05 else 1)


def counted(n: int, one: str, many: str | None = None) -> str:
    """``1 patient``, ``2 patients``."""
    return f"{number(n)} {one if n == 1 else many or one + 's'}"


def words(name: str) -> str:
    """Identifier as plain words: ``stop_cycle`` becomes ``stop cycle``."""
    return name.replace("_", " ").strip()


def title(name: str) -> str:
    """Identifier as a label: words with the first letter raised, known acronyms kept."""
    text = words(name)
    if text.split(" ")[0] in _KEEP or not text:
        return text
    return text[0].upper() + text[1:]


def plain(text: str) -> str:
    """Text that Plotly shows letter by letter: Plotly reads a small HTML of its own."""
    return html.escape(str(text), quote=False)


def day_and_hour(days: float) -> str:
    """``day 3, hour 8``: day 1, hour 0 is the first dose."""
    day, minutes = divmod(round(days * MINUTES_PER_DAY), MINUTES_PER_DAY)
    return f"day {day + 1}, hour {minutes / 60:g}"


def dose_given(row: Mapping[str, Any]) -> str:
    """Dose of a row of the ledger: in million IU, or in mg of a molecule dosed by mass."""
    if "given_mg" in row:
        return f"{number(row['given_mg'], 3)} mg"
    return f"{number(row['given_IU'] / 1e6, 1)} MIU"
