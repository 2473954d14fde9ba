"""A regimen's calendar in short, plain sentences."""

from collections.abc import Iterator

import numpy as np

from aldesim.regimen import Regimen

HOURS_PER_DAY = 24
SMALL = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def days_in_words(regimen: Regimen) -> list[str]:
    """Sentences on how, how often and how long the drug is given."""
    return [*_how(regimen), *_when(regimen)]


def _how(regimen: Regimen) -> Iterator[str]:
    slots = regimen.slots()
    if regimen.route == "SC":
        yield "You get the drug as a shot under the skin."
    elif regimen.route == "IV_bolus":
        yield "You get the drug as a shot into a vein."
    elif regimen.route == "CIV":
        yield "You get the drug through a drip into a vein. The drip runs day and night."
    else:
        minutes = round(float(slots.duration[0]) * HOURS_PER_DAY * 60)
        yield f"You get the drug through a drip into a vein. Each drip takes {minutes} minutes."


def _when(regimen: Regimen) -> Iterator[str]:
    slots = regimen.slots()
    cycles = [np.flatnonzero(slots.cycle == c) for c in np.unique(slots.cycle)]
    first = slots.time[cycles[0]]
    days = np.unique(np.floor(first + 1e-9)).astype(int)
    gaps = np.rint(np.diff(first) * HOURS_PER_DAY).astype(int)
    if len(first) == 1:
        yield "There is one dose."
    elif regimen.route == "CIV":
        yield f"It goes on for {_number(len(days))} days."
    elif gaps.min() < HOURS_PER_DAY:
        yield (
            f"A dose is due every {gaps.min()} hours, day and night, for {_number(len(days))} days."
            if regimen.route != "SC"
            else f"You have a shot every {gaps.min()} hours for {_number(len(days))} days."
        )
        yield f"That is at most {len(first)} doses."
    elif len(np.unique(gaps)) == 1:
        yield f"You have a dose once a day for {_span(len(days))}."
    else:
        a_week = int(np.argmax(gaps > HOURS_PER_DAY)) + 1
        weeks = int(days[-1] // 7) + 1
        yield f"You have a dose on {_number(a_week)} days of each week, for {_number(weeks)} weeks."
        if len(np.unique(slots.amount)) > 1:
            yield "The dose is not the same in all weeks."
    if len(cycles) > 1:
        rest = round(float(slots.time[cycles[1][0]])) - int(days[-1]) - 1
        yield f"Then you rest for {_span(rest)}. This is done {_number(len(cycles))} times in all."


def _span(days: int) -> str:
    """Such as "nine days" or "12 weeks"."""
    if days >= 21 and days % 7 == 0:
        return f"{_number(days // 7)} weeks"
    return f"{_number(days)} days"


def _number(count: int) -> str:
    return SMALL[count] if count < len(SMALL) else str(count)
