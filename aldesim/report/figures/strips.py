"""Rows of bars as one inline SVG: intervals on a common scale, or lengths from zero.

Colours are classes, so that the page's theme decides.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from aldesim.report.figures.scoreboard import figures

LEFT, WIDTH, ROW, RIGHT = 210.0, 460.0, 30.0, 140.0
_SCORES = 3.0  # prior standard deviations shown either side


@dataclass(frozen=True)
class Strip:
    """One parameter: where its posterior lies within its prior.

    Parameters
    ----------
    name, note : str
        Left and right of the strip.
    low, median, high : float
        95 % interval and middle, in standard deviations of the prior from its median.
    """

    name: str
    low: float
    median: float
    high: float
    note: str


def prior_strips(strips: Sequence[Strip], title: str) -> Markup:
    """Posterior intervals over the prior's, all in units of the prior."""

    def x(score: float) -> float:
        bounded = min(max(score, -_SCORES), _SCORES)
        return LEFT + WIDTH * (bounded + _SCORES) / (2 * _SCORES)

    parts = []
    for index, one in enumerate(strips):
        y = 10 + ROW * index + ROW / 2
        width = max(x(one.high) - x(one.low), 2.0)
        parts += [
            _label(LEFT - 8, y + 4, one.name, "end"),
            f'<rect class="p95" x="{x(-1.96):.1f}" y="{y - 3:g}" '
            f'width="{x(1.96) - x(-1.96):.1f}" height="6"/>',
            f'<rect class="p50" x="{x(one.low):.1f}" y="{y - 8:g}" width="{width:.1f}" '
            'height="16"/>',
            f'<line class="middle" x1="{x(one.median):.1f}" x2="{x(one.median):.1f}" '
            f'y1="{y - 9:g}" y2="{y + 9:g}"/>',
            _label(LEFT + WIDTH + 8, y + 4, one.note, "start"),
        ]
    floor = 10 + ROW * len(strips) + 4
    for tick in (-2, -1, 0, 1, 2):
        parts.append(
            f'<line class="floor" x1="{x(tick):.1f}" x2="{x(tick):.1f}" y1="{floor}" '
            f'y2="{floor + 4}"/>'
        )
        parts.append(_label(x(tick), floor + 18, f"{tick:+d}" if tick else "prior median"))
    return _svg(parts, floor + 24, title)


def bars(
    names: Sequence[str],
    values: Sequence[float],
    inner: Sequence[float],
    notes: Sequence[str],
    title: str,
) -> Markup:
    """Bars from zero, each with a second, thicker one inside it.

    Parameters
    ----------
    names, notes : sequence of str
        Left and right of each bar.
    values, inner : sequence of float
        Lengths; a negative one is drawn as nothing.
    title : str
        What the picture shows, for readers who do not see it.
    """
    longest = max([*values, *inner, 1e-12])

    def x(value: float) -> float:
        return LEFT + WIDTH * max(value, 0.0) / longest

    parts = []
    for index, (name, value, core, note) in enumerate(
        zip(names, values, inner, notes, strict=True)
    ):
        y = 10 + ROW * index + ROW / 2
        parts += [
            _label(LEFT - 8, y + 4, name, "end"),
            f'<rect class="p95" x="{LEFT}" y="{y - 4:g}" width="{x(value) - LEFT:.1f}" '
            'height="8"/>',
            f'<rect class="p50" x="{LEFT}" y="{y - 8:g}" width="{x(core) - LEFT:.1f}" '
            'height="16"/>',
            _label(LEFT + WIDTH + 8, y + 4, note, "start"),
        ]
    floor = 10 + ROW * len(names) + 4
    parts.append(f'<line class="floor" x1="{LEFT}" x2="{LEFT + WIDTH}" y1="{floor}" y2="{floor}"/>')
    for share in (0.0, 0.5, 1.0):
        parts.append(_label(x(share * longest), floor + 16, figures(share * longest)))
    return _svg(parts, floor + 22, title)


def _label(x: float, y: float, text: str, anchor: str = "middle") -> str:
    return f'<text x="{x:.1f}" y="{y:g}" style="text-anchor:{anchor}">{escape(text)}</text>'


def _svg(parts: list[str], height: float, title: str) -> Markup:
    width = LEFT + WIDTH + RIGHT
    return Markup(
        f'<svg viewBox="0 0 {width:g} {height:g}" role="img" aria-label="{escape(title)}" '
        'style="max-width:52rem">' + "".join(parts) + "</svg>"
    )
