"""What is known of a patient who is to be screened."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from aldesim.care.eligibility.items import ITEMS

Value = float | bool | str


@dataclass(frozen=True)
class Patient:
    """What is known of a patient.

    Parameters
    ----------
    id : str
        A name or number that identifies nobody.
    values : mapping of str to float, bool or str
        By item, in the unit of its name; what is missing is not known.
    origins : mapping of str to str
        Where a value comes from, if the file tells.
    unread : tuple of str
        What the file held and nobody read, and why.
    gaps : frozenset of str
        "condition" or "drug" where one of those was not understood.
    """

    id: str
    values: Mapping[str, Value]
    origins: Mapping[str, str] = field(default_factory=dict)
    unread: tuple[str, ...] = ()
    gaps: frozenset[str] = frozenset()

    def numbers(self) -> dict[str, float]:
        """Values as numbers: a flag is 0 or 1, a choice its place among the options."""
        return {
            name: float(ITEMS[name].options.index(value) if isinstance(value, str) else value)
            for name, value in self.values.items()
        }
