"""The nominal patient under a plan: what is given, and what follows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from registry import Curve, Values

from aldesim import model
from aldesim.engine import Model
from aldesim.report.palette import LIGHT

Variants = Mapping[str, Mapping[str, float]]


@dataclass(frozen=True)
class Given:
    """An amount added to an input between two days, or to a state at one (start = stop).

    `amount` is one number or one for each variant.
    """

    name: str
    start: float
    stop: float
    amount: float | Values


@dataclass(frozen=True)
class Course:
    """Observables over days, one column for each variant."""

    labels: tuple[str, ...]
    day: Values
    values: dict[str, Values]

    def __getitem__(self, name: str) -> Values:
        return self.values[name]

    def highest(self, name: str) -> Values:
        return self[name].max(axis=0)

    def lowest(self, name: str) -> Values:
        return self[name].min(axis=0)

    def fold(self, name: str) -> Values:
        return self.highest(name) / self[name][0]

    def at(self, name: str, day: float) -> Values:
        return np.array([np.interp(day, self.day, column) for column in self[name].T])

    def area(self, name: str) -> Values:
        return np.trapezoid(self[name], self.day, axis=0)

    def each(self, values: Values) -> dict[str, float]:
        """Values by variant."""
        return dict(zip(self.labels, map(float, values), strict=True))

    def lines(self, name: str, *colours: str, scale: float = 1, time: float = 1) -> list[Curve]:
        """One curve for each variant: the first solid, the second grey and dashed."""
        styles = [(colours[0], ""), (LIGHT.muted, "6 4"), (LIGHT.accent, "2 3")]
        if len(colours) > 1:
            styles = [(colour, "6 4" if colour == LIGHT.muted else "") for colour in colours]
        columns = zip(self.labels, self[name].T, styles, strict=False)
        return [Curve(n, self.day * time, y * scale, *style) for n, y, style in columns]


@cache
def shipped() -> Model:
    return model.load()


def until(days: float, step: float = 0.1) -> Values:
    return np.linspace(0, days, round(days / step) + 1)


def run(
    variants: Variants, plan: Sequence[Given], days: Values, watch: str, rtol: float = 1e-4
) -> Course:
    """Course of the variants under one plan, seen at `days` and at each change of the plan.

    A variant names parameters (value), states (added at the start) and inputs (value held all the
    time); `treatment` is the share of the plan it gets.
    """
    il2, names = shipped(), tuple(watch.split())
    changed = {name for variant in variants.values() for name in variant}
    unknown = changed - {*il2.parameters, *il2.inputs, *il2.states, "treatment"}
    if unknown:
        raise KeyError(f"no such name in the model: {', '.join(sorted(unknown))}")

    def column(name: str, default: float) -> Values:
        return np.array([float(v.get(name, default)) for v in variants.values()])

    parameters = {n: column(n, v) for n, v in il2.parameters.items() if n in changed}
    held = {n: column(n, v) for n, v in il2.inputs.items()}
    share = column("treatment", 1.0)
    batch = il2.batch(parameters, len(variants), rtol=rtol, scale=model.state_scales())
    for name in changed.intersection(il2.states):
        batch.add(name, column(name, 0.0))
    edges = {round(t, 9) for g in plan for t in (g.start, g.stop) if t <= days[-1]}
    rows: list[list[Values]] = []
    times = sorted(edges | {round(float(t), 9) for t in days})
    inputs = dict(held)
    for time in times:
        batch.advance(time, inputs)
        inputs = {}
        if time in edges:
            inputs = dict(held)
            for g in plan:
                if g.start == g.stop and round(g.start, 9) == time:
                    batch.add(g.name, share * g.amount)
                elif round(g.start, 9) <= time < round(g.stop, 9):
                    inputs[g.name] = inputs[g.name] + share * g.amount
        rows.append(list(batch.observe(names).values()))
    if batch.status.any():
        raise ArithmeticError(batch.failure(int(batch.status.argmax())))
    values = np.array(rows).transpose(1, 0, 2)
    return Course(tuple(variants), np.array(times), dict(zip(names, values, strict=True)))


def resting(name: str, **parameters: float) -> float:
    return float(shipped().batch(parameters, 1).observe([name])[name][0])


def occupied(cell: str, level: Values, **parameters: float) -> Values:
    """Share of receptors that signal at tissue levels [pM] of the drug alone."""
    batch = shipped().batch({"il2_lymphoid_rest": 1e-18, **parameters}, len(level))
    seen = batch.observe(["peripheral_volume", "il2_free_fraction"])
    batch.add("il2_peripheral", level * seen["peripheral_volume"] / seen["il2_free_fraction"])
    return batch.observe([f"occupancy_{cell}"])[f"occupancy_{cell}"]


def half_level(cell: str, **parameters: float) -> float:
    """Level [pM] at which half of the receptors signal."""
    level = np.logspace(-1, 6, 400)
    return float(np.interp(0.5, occupied(cell, level, **parameters), level))
