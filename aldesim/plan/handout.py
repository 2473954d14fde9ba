"""A handout on a regimen for a reader without training: text, or one HTML page."""

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass

from aldesim.errors import InputError
from aldesim.plan.days_in_words import days_in_words
from aldesim.plan.rates import Rates
from aldesim.plan.words import Effect, Published, Sentence, load_effects, load_words
from aldesim.regimen import Regimen

WIDTH = 80
NOT_COUNTED = "not counted"


@dataclass(frozen=True)
class EffectRow:
    """A side effect with its numbers in words.

    Parameters
    ----------
    name, feels, lasting : str
        Plain words.
    simulated : tuple of str
        Of how many in 100 virtual patients; "not counted" where the model does not simulate it.
    share : float or None
        Share of virtual patients with it, for a bar.
    published : tuple of (str, str)
        Figure in words, and its source.
    lasting_source : str
        Who says how long it lasts.
    """

    name: str
    feels: str
    lasting: str
    simulated: tuple[str, ...]
    share: float | None
    published: tuple[tuple[str, str], ...]
    lasting_source: str


@dataclass(frozen=True)
class Handout:
    """What the handout says; see `handout`.

    Parameters
    ----------
    title, notice : str
        Name of the regimen, and what the page is not.
    sections : tuple of (str, tuple of str)
        Headings with paragraphs.
    effects : tuple of EffectRow
        Side effects, most common first, deaths last.
    origin : tuple of str
        Where the numbers come from.
    questions : tuple of str
        To ask the care team.
    rates : Rates or None
        What was counted.
    """

    title: str
    notice: str
    sections: tuple[tuple[str, tuple[str, ...]], ...]
    effects: tuple[EffectRow, ...]
    origin: tuple[str, ...]
    questions: tuple[str, ...]
    rates: Rates | None

    def prose(self) -> str:
        """All sentences, without the numbers of the table: what the reading grade is of."""
        lines = [self.notice, *(p for _, paragraphs in self.sections for p in paragraphs)]
        lines += [f"{row.feels} {row.lasting}" for row in self.effects]
        return "\n".join([*lines, *self.origin, *self.questions])

    def to_text(self) -> str:
        """Handout as plain text, 80 columns wide."""
        return "\n".join(_lines(self)) + "\n"

    def to_html(self) -> str:
        """Handout as one HTML page that needs no network."""
        from aldesim.plan.html import Citations, render

        citations = Citations()
        filters = {"cite": citations.cite}
        return render(
            "handout.html.j2",
            filters,
            handout=self,
            sources=citations.sources,
            notice="Research use only.",
        )


def handout(regimen: Regimen, rates: Rates | None = None) -> Handout:
    """Handout on a regimen in plain language.

    Parameters
    ----------
    regimen : Regimen
        What is given.
    rates : Rates, optional
        What a simulated trial of this regimen counted: `shipped_rates(regimen.id)`, or
        `rates_of_run(folder)`. Without it the side effects have no simulated numbers.

    Raises
    ------
    InputError
        If the rates are those of another regimen.
    """
    if rates is not None and rates.regimen != regimen.id:
        allowed = f"is a trial of regimen {rates.regimen}, not of {regimen.id}"
        raise InputError("handout", "rates", rates.scenario, allowed)
    words = load_words()
    sections = []
    for section in words.sections:
        paragraphs = _for(regimen, section.paragraphs)
        if section.calendar:
            paragraphs = [" ".join(days_in_words(regimen)), *paragraphs]
        if paragraphs:
            sections.append((section.heading, tuple(paragraphs)))
    chosen = [effect for effect in load_effects() if regimen.setting in effect.settings]
    chosen.sort(key=lambda effect: -_how_common(effect, regimen, rates))
    rows = [_row(effect, regimen, rates) for effect in chosen]
    return Handout(
        title=regimen.name,
        notice=_clean(words.notice),
        sections=tuple(sections),
        effects=tuple(rows),
        origin=tuple(_origin(regimen, rates)),
        questions=tuple(_for(regimen, words.questions)),
        rates=rates,
    )


def _for(regimen: Regimen, sentences: tuple[Sentence, ...]) -> list[str]:
    return [_clean(s.text) for s in sentences if regimen.setting in s.settings]


def _how_common(effect: Effect, regimen: Regimen, rates: Rates | None) -> float:
    """Share of people by which effects are put in order; deaths come last."""
    if effect.deaths:
        return -1.0
    counted = rates.any_grade(effect.term) if rates is not None and effect.term else None
    figures = [row.percent / 100 for row in effect.published if regimen.id in row.regimens]
    return counted if counted is not None else max(figures, default=0.0)


def _row(effect: Effect, regimen: Regimen, rates: Rates | None) -> EffectRow:
    share, simulated = None, (NOT_COUNTED,)
    if rates is not None and effect.deaths:
        share = rates.treatment_deaths / rates.patients
        simulated = (in_hundred(share),)
    elif rates is not None and effect.term in rates.terms:
        share = rates.any_grade(effect.term) or 0.0
        serious = rates.serious(effect.term) or 0.0
        simulated = (in_hundred(share), f"serious: {in_hundred(serious)} ({effect.serious})")
    published = tuple(
        (_published(row), row.source) for row in effect.published if regimen.id in row.regimens
    )
    return EffectRow(
        name=effect.name,
        feels=_clean(effect.feels),
        lasting=_clean(effect.lasting),
        simulated=simulated,
        share=share,
        published=published,
        lasting_source=_clean(effect.lasting_source),
    )


def in_hundred(share: float) -> str:
    """Share as people in 100, such as "78 of 100"; small ones as "fewer than 1 of 100"."""
    if share == 0:
        return "none seen"
    if share < 0.01:
        return "fewer than 1 of 100"
    if 0.99 < share < 1:
        return "more than 99 of 100"
    return f"{100 * share:.0f} of 100"


def _published(row: Published) -> str:
    share = f"{'fewer than ' if row.below else ''}{row.percent:g} of 100"
    people = f", in {row.of} people" if row.of else ""
    return share + people + ("" if row.what == "any" else f": {row.what}")


def _origin(regimen: Regimen, rates: Rates | None) -> Iterator[str]:
    if rates is None:
        if regimen.setting == "outpatient":
            yield "The list shows what high doses of this drug can do. You may get few of these."
        yield (
            "No virtual trial of this treatment comes with the program. So this page gives no"
            " simulated numbers. A care team can tell you what they have seen."
        )
        return
    yield (
        f"The simulated numbers come from {rates.patients:,} virtual patients. They are not real"
        f" people. In the model they got {rates.doses_given_median:g} of {rates.doses_planned}"
        " doses (half got more, half got fewer). Real people may fare better or worse."
    )
    yield (
        "The published numbers come from real people in old studies. They count in other ways,"
        " so the two columns can differ. Care today may be better."
    )


def _lines(page: Handout) -> Iterator[str]:
    yield page.title
    yield "=" * min(len(page.title), WIDTH)
    yield from _wrapped(page.notice)
    for heading, paragraphs in page.sections:
        yield from _heading(heading)
        for paragraph in paragraphs:
            yield from [*_wrapped(paragraph), ""][: None if paragraph != paragraphs[-1] else -1]
    yield from _heading("How often do side effects come?")
    for sentence in page.origin:
        yield from _wrapped(sentence)
    for row in page.effects:
        yield ""
        yield row.name
        yield from _indented(f"{row.feels} {row.lasting}")
        yield from _indented(f"Simulated: {'; '.join(row.simulated)}.")
        for figure, source in row.published:
            yield from _indented(f"Published: {figure} [{source}].")
    yield from _heading("Questions to ask your care team")
    for question in page.questions:
        yield from textwrap.wrap(question, WIDTH, initial_indent="- ", subsequent_indent="  ")
    if page.rates is not None:
        rates = page.rates
        yield from _heading("Where the simulated numbers come from")
        yield from _wrapped(
            f"{rates.title}; {rates.patients} patients, seed {rates.seed}, aldesim"
            f" {rates.program}, inputs {rates.identity[:8]}. To make them again:"
        )
        yield from (f"    {command}" for command in rates.remake)


def _heading(title: str) -> Iterator[str]:
    yield ""
    yield title
    yield "-" * len(title)


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(_clean(text), WIDTH)


def _indented(text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent="  ", subsequent_indent="  ")


def _clean(text: str) -> str:
    return " ".join(text.split())
