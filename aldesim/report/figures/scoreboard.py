"""A published number on top of its simulated predictive interval: one small drawing a row.

Drawn here rather than in the browser: a page holds a hundred of them and stays light. Colours are
classes, so that the page's theme decides.
"""

import math
from dataclasses import dataclass

from markupsafe import Markup, escape

from aldesim.evidence import Row
from aldesim.report.wording import number

WIDTH, HEIGHT = 320, 50
LEFT, RIGHT = 14.0, WIDTH - 14.0
MIDDLE = 19.0
FLOOR = 34.0
LOG_FROM = 20.0
"""Ratio of the ends of a scale, all positive, above which it is logarithmic."""
_BANDS = (("p95", 0, 6, 5.0), ("p80", 1, 5, 10.0), ("p50", 2, 4, 15.0))


def figures(value: float) -> str:
    """Three significant digits, thousands as they are; words for what is no number."""
    if math.isnan(value):
        return "none"
    if math.isinf(value):
        return "not reached"
    if value == 0:
        return "0"
    digits = max(0, 2 - math.floor(math.log10(abs(value)) + 1e-9))
    text = number(value, digits)
    return text.rstrip("0").rstrip(".") if "." in text else text


def observed(row: Row) -> str:
    """The published number, with the side that it bounds."""
    return f"{row.observation.side} {figures(row.observation.value)}".strip()


@dataclass(frozen=True)
class Scale:
    """From values to pixels.

    Parameters
    ----------
    low, high : float
        Ends.
    log : bool
        Whether equal ratios are equally far apart.
    """

    low: float
    high: float
    log: bool

    @classmethod
    def of(cls, values: list[float]) -> "Scale":
        """Scale that shows all finite values with room at both ends."""
        finite = [value for value in values if math.isfinite(value)]
        low, high = min(finite), max(finite)
        if low > 0 and high / low > LOG_FROM:
            room = (high / low) ** 0.06
            return cls(low / room, high * room, True)
        room = 0.08 * (high - low) or 0.1 * abs(high) or 1.0
        start = 0.0 if low >= 0 and low < 0.3 * high else low - room
        return cls(start, high + room, False)

    def x(self, value: float) -> float:
        """Pixels from the left; what lies beyond an end is put at it."""
        value = min(max(value, self.low), self.high)
        if self.log:
            share = math.log(value / self.low) / math.log(self.high / self.low)
        else:
            share = (value - self.low) / (self.high - self.low)
        return LEFT + share * (RIGHT - LEFT)

    def ticks(self) -> list[float]:
        """A few round values inside."""
        if self.log:
            powers = range(math.floor(math.log10(self.low)), math.ceil(math.log10(self.high)) + 1)
            found = [10.0**power for power in powers]
            inside = [tick for tick in found if self.low <= tick <= self.high]
            if len(inside) >= 2:
                return inside[:: math.ceil(len(inside) / 5)]
            found = [base * 10.0**power for power in powers for base in (1, 2, 5)]
            return [tick for tick in found if self.low <= tick <= self.high]
        rough = (self.high - self.low) / 5
        power = 10.0 ** math.floor(math.log10(rough))
        step = next(base * power for base in (1, 2, 5, 10) if base * power >= rough)
        first = math.ceil(self.low / step - 1e-9)
        last = math.floor(self.high / step + 1e-9)
        return [index * step for index in range(first, last + 1)]


def drawing(row: Row) -> Markup:
    """Inline SVG of a row: bars hold 95, 80 and 50 % of the prediction, the mark is observed."""
    one = row.observation
    scale = Scale.of([*row.quantiles, one.value, one.interval_low, one.interval_high])
    parts = [f'<line class="floor" x1="{LEFT:g}" x2="{RIGHT:g}" y1="{FLOOR:g}" y2="{FLOOR:g}"/>']
    for tick in scale.ticks():
        x = scale.x(tick)
        label = figures(tick)
        parts.append(
            f'<line class="floor" x1="{x:.1f}" x2="{x:.1f}" y1="{FLOOR:g}" y2="{FLOOR + 3:g}"/>'
            f'<text x="{x:.1f}" y="{HEIGHT - 2}">{label}</text>'
        )
    if not math.isnan(row.median):
        parts += [_bar(scale, row, *band) for band in _BANDS]
        if math.isfinite(row.median):
            x = scale.x(row.median)
            parts.append(
                f'<line class="middle" x1="{x:.1f}" x2="{x:.1f}" '
                f'y1="{MIDDLE - 9.5:g}" y2="{MIDDLE + 9.5:g}"/>'
            )
    if math.isfinite(one.interval_low) and math.isfinite(one.interval_high):
        left, right = scale.x(one.interval_low), scale.x(one.interval_high)
        parts.append(f'<path class="printed" d="M{left:.1f} 2v6m0-3H{right:.1f}m0-3v6"/>')
    parts.append(_mark(scale.x(one.value), one.side, row.inside))
    return Markup(
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(words(row))}">'
        + "".join(parts)
        + "</svg>"
    )


def words(row: Row) -> str:
    """What the drawing shows, in one sentence."""
    one = row.observation
    verdict = "inside" if row.inside else "outside"
    if math.isnan(row.median):
        return f"Observed {observed(row)} {one.unit}; does not occur in the simulation."
    return (
        f"Observed {observed(row)} {one.unit}, {verdict}; simulated median {figures(row.median)}, "
        f"95 % from {figures(row.low)} to {figures(row.high)}."
    )


def _bar(scale: Scale, row: Row, kind: str, low: int, high: int, height: float) -> str:
    first, last = row.quantiles[low], row.quantiles[high]
    if not math.isfinite(first):
        return ""
    x, end = scale.x(first), scale.x(last) if math.isfinite(last) else float(WIDTH)
    width = max(end - x, 1.5)
    return (
        f'<rect class="{kind}" x="{x:.1f}" y="{MIDDLE - height / 2:g}" '
        f'width="{width:.1f}" height="{height:g}"/>'
    )


def _mark(x: float, side: str, inside: bool) -> str:
    """A filled diamond inside, an open one outside; a bound is a line with its allowed side."""
    kind = "seen in" if inside else "seen out"
    if not side:
        return f'<path class="{kind}" d="M{x:.1f} {MIDDLE - 7:g}l7 7-7 7-7-7z"/>'
    kind += " limit"
    way = 1 if side == "at least" else -1
    return (
        f'<path class="{kind}" d="M{x:.1f} {MIDDLE - 14:g}v28"/>'
        f'<path class="{kind}" d="M{x:.1f} {MIDDLE - 6:g}l{9 * way} 6l{-9 * way} 6z"/>'
    )
