"""The words of the handout, and its side effects, read from YAML."""

from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from aldesim.yamlfile import check_unique, read_yaml

WORDS = Path(__file__).with_name("handout.yaml")
EFFECTS = Path(__file__).with_name("effects.yaml")
Setting = Literal["inpatient", "outpatient"]


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Sentence(_Row):
    """A text and where it holds."""

    text: str
    settings: tuple[Setting, ...] = ("inpatient", "outpatient")


class Section(_Row):
    """A heading with its paragraphs; `calendar` puts the regimen's days in words before them."""

    heading: str
    calendar: bool = False
    paragraphs: tuple[Sentence, ...]


class Words(_Row):
    """All words of the handout that do not depend on numbers."""

    notice: str
    sections: tuple[Section, ...] = Field(min_length=1)
    questions: tuple[Sentence, ...] = Field(min_length=1)


class Published(_Row):
    """A figure from the literature: percent of people, of how many, and for which regimens.

    `below` says that the true figure is lower than `percent`.
    """

    percent: Annotated[float, Field(ge=0, le=100)]
    of: Annotated[int, Field(gt=0)] | None = None
    below: bool = False
    what: str
    source: str
    regimens: tuple[str, ...]


class Effect(_Row):
    """A side effect in plain words.

    Parameters
    ----------
    id, name, feels : str
        Key, plain name, what one notices.
    settings : tuple of str
        Where it belongs.
    term : str, optional
        CTCAE term that a simulated trial counts.
    deaths : bool
        Counted by the trial's deaths from treatment.
    serious : str
        What CTCAE grade 3 or more means, in plain words.
    lasting, lasting_source : str
        Whether it passes, and who says so.
    published : tuple of Published
        Figures from the literature.
    """

    id: str
    name: str
    settings: tuple[Setting, ...] = ("inpatient", "outpatient")
    feels: str
    term: str | None = None
    deaths: bool = False
    serious: str = ""
    lasting: str
    lasting_source: str
    published: tuple[Published, ...] = ()


class _Effects(_Row):
    effects: tuple[Effect, ...] = Field(min_length=1)


@cache
def load_words() -> Words:
    """Words of the handout."""
    return read_yaml(WORDS, Words)


@cache
def load_effects() -> tuple[Effect, ...]:
    """Side effects, in the order of the handout."""
    found = read_yaml(EFFECTS, _Effects).effects
    check_unique(EFFECTS.name, "effects", [effect.id for effect in found])
    return found
