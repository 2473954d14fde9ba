"""Monitoring schedules from YAML: which sign is read at which hours, with which error."""

from functools import cached_property
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

from aldesim.errors import InputError
from aldesim.shelf import shelf_file, shelf_names
from aldesim.yamlfile import check_unique, read_yaml

SHELF = Path(__file__).parent
EXACT = "exact"
"""Name of the schedule that is none: the true value of every sign is known at once."""

ClockHour = Annotated[int, Field(ge=0, le=23)]
NotNegative = Annotated[float, Field(ge=0)]


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Reading(_Row):
    """One sign as it is read.

    Parameters
    ----------
    sign : str
        Observable of the model.
    sd, cv : float
        Standard deviation of the error of a reading, in the unit of the sign, or as a share of
        its value; of a total, such as urine, the share is that of what came since the last.
    digits : int
        Decimals that are charted; -1 rounds to tens.
    at_most : float, optional
        Highest value the method shows.
    error_of : str, optional
        Sign of the same round whose error it shares, in standard deviations.
    """

    sign: str
    sd: NotNegative = 0.0
    cv: Annotated[float, Field(ge=0, lt=1)] = 0.0
    digits: Annotated[int, Field(ge=-3, le=6)]
    at_most: float | None = None
    error_of: str | None = None

    @model_validator(mode="after")
    def _one_error(self) -> "Reading":
        if self.sd and self.cv:
            raise ValueError("a reading has an sd or a cv, not both")
        return self


class Tighter(_Row):
    """When a round is made every hour."""

    SBP_below: Annotated[float, Field(gt=0)]
    on_pressor: bool


class Round(_Row):
    """Signs that are read together.

    Parameters
    ----------
    id : str
        Key.
    at_hours : tuple of int
        Hours of the clock at which inpatients are read.
    tighter : Tighter, optional
        When they are read every hour.
    turnaround_minutes : int
        From reading to a value on the chart.
    every_days : int, optional
        In hospital: shortest time between two readings, if not at every one of those hours.
    home_days : int, optional
        Outside hospital: shortest time between two visits that read these signs; none if absent.
    readings : tuple of Reading
        The signs.
    source : str
        Where frequency and errors come from.
    """

    id: str
    at_hours: Annotated[tuple[ClockHour, ...], Field(min_length=1)]
    tighter: Tighter | None = None
    turnaround_minutes: Annotated[int, Field(ge=0, le=1440)] = 0
    every_days: Annotated[int, Field(ge=1)] | None = None
    home_days: Annotated[int, Field(ge=1)] | None = None
    readings: Annotated[tuple[Reading, ...], Field(min_length=1)]
    source: str

    @model_validator(mode="after")
    def _in_order(self) -> "Round":
        if list(self.at_hours) != sorted(set(self.at_hours)):
            raise ValueError("at_hours must rise")
        signs = [reading.sign for reading in self.readings]
        for place, reading in enumerate(self.readings):
            if reading.error_of is not None and reading.error_of not in signs[:place]:
                raise ValueError("error_of must name a sign above it in the same round")
        return self

    @property
    def draws_per_day(self) -> int:
        """Readings that one day can hold: one of them off schedule, or one each hour."""
        return 24 if self.tighter else len(self.at_hours) + 1

    def draw(self, hour: int) -> int:
        """Number within its day of the reading at an hour of the clock."""
        if self.tighter:
            return hour
        return self.at_hours.index(hour) if hour in self.at_hours else len(self.at_hours)


class Schedule(_Row):
    """When signs are read and how exactly.

    Parameters
    ----------
    id, name, description, version : str
        Key, display name, plain words, edition.
    first_dose_hour : int
        Hour of the clock at which the first dose is given.
    rounds : tuple of Round
        In order.
    """

    id: str
    name: str
    description: str
    version: str
    first_dose_hour: ClockHour
    rounds: Annotated[tuple[Round, ...], Field(min_length=1)]

    @cached_property
    def signs(self) -> tuple[str, ...]:
        """Every sign that is read, in order."""
        return tuple(reading.sign for group in self.rounds for reading in group.readings)


def schedule_names() -> list[str]:
    """Names that a scenario may give: the shelf, and `exact` for true values at once."""
    return sorted([EXACT, *shelf_names(SHELF)])


def load_schedule(name_or_path: str | Path) -> Schedule | None:
    """Monitoring schedule by its name on the shelf, or from a YAML file; None for `exact`.

    Parameters
    ----------
    name_or_path : str or Path
        A name of `schedule_names()`, or a path ending in .yaml or .yml.

    Raises
    ------
    InputError
        If there is none of this name, or a field of the file is wrong.
    """
    if str(name_or_path) == EXACT:
        return None
    path = shelf_file("measurement", name_or_path, SHELF, also=[EXACT])
    schedule = read_yaml(path, Schedule)
    where = "/".join(path.parts[-2:])
    check_unique(where, "rounds", [group.id for group in schedule.rounds])
    for sign in schedule.signs:
        if schedule.signs.count(sign) > 1:
            raise InputError(where, "rounds", sign, "is read in two rounds; a sign has one")
    return schedule
