"""Curves as an SVG picture."""

from __future__ import annotations

from collections.abc import Sequence
from xml.sax.saxutils import escape

import numpy as np
from registry import Curve, Mechanism, Values
from wording import written

from aldesim.report.palette import FONT, LIGHT

WIDTH, HEIGHT = 480, 300
LEFT, RIGHT, BOTTOM = 58, 20, 44
ROW = 18


def ticks(low: float, high: float, log: bool) -> list[float]:
    """Round numbers over a range, five or so."""
    if log:
        first, last = int(np.floor(np.log10(low) + 1e-9)), int(np.ceil(np.log10(high) - 1e-9))
        step = max(1, -(-(last - first) // 6))
        return [10.0**k for k in range(first, last + step, step)]
    raw = (high - low) / 4.5
    size = 10 ** np.floor(np.log10(raw))
    step = size * next(m for m in (1, 2, 2.5, 5, 10) if m * size >= raw * 0.999)
    first = int(np.floor(low / step + 1e-9))
    return [k * step for k in range(first, int(np.ceil(high / step - 1e-9)) + 1)]


def thinned(x: Values, y: Values, tolerance: float = 0.25) -> list[int]:
    """Points that keep the line within a fraction of a pixel (Douglas and Peucker)."""
    keep, spans = {0, len(x) - 1}, [(0, len(x) - 1)]
    while spans:
        a, b = spans.pop()
        if b - a < 2:
            continue
        dx, dy = x[b] - x[a], y[b] - y[a]
        away = np.abs(dx * (y[a + 1 : b] - y[a]) - dy * (x[a + 1 : b] - x[a]))
        away /= max(float(np.hypot(dx, dy)), 1e-9)
        k = a + 1 + int(away.argmax())
        if away.max() > tolerance:
            keep.add(k)
            spans += [(a, k), (k, b)]
    return sorted(keep)


def legend(curves: Sequence[Curve]) -> list[list[tuple[float, Curve]]]:
    """Curves in rows with the place of each, as many in a row as fit."""
    rows: list[list[tuple[float, Curve]]] = [[]]
    place = 12.0
    for curve in curves:
        wide = 34 + 6.9 * len(curve.label)
        if place + wide > WIDTH and rows[-1]:
            rows.append([])
            place = 12.0
        rows[-1].append((place, curve))
        place += wide + 8
    return rows


def draw(m: Mechanism, curves: Sequence[Curve]) -> str:
    """The picture as SVG."""
    log_x, log_y = "x" in m.log, "y" in m.log
    xs = np.concatenate([c.x for c in curves])
    ys = np.concatenate([c.y for c in curves])
    low, high = float(ys.min()), float(ys.max())
    if not log_y:
        low = 0.0 if 0 <= low < 0.6 * high else low
        high = high if high > low else low + 1
    grid_y = ticks(low, high, log_y)
    grid_x = ticks(float(xs.min()), float(xs.max()), log_x)
    rows = legend(curves)
    top = 30 + ROW * len(rows) + 8

    def across(x: Values) -> Values:
        a, b = float(xs.min()), float(xs.max())
        scaled = np.log(x / a) / np.log(b / a) if log_x else (x - a) / (b - a)
        return LEFT + (WIDTH - LEFT - RIGHT) * scaled

    def up(y: Values) -> Values:
        a, b = grid_y[0], grid_y[-1]
        scaled = np.log(y / a) / np.log(b / a) if log_y else (y - a) / (b - a)
        return HEIGHT - BOTTOM - (HEIGHT - BOTTOM - top) * scaled

    def text(x: float, y: float, words: str, anchor: str, colour: str, size: int = 12) -> str:
        return (
            f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}" '
            f'font-size="{size}">{escape(words)}</text>'
        )

    floor, right = HEIGHT - BOTTOM, WIDTH - RIGHT
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" '
        f'height="{HEIGHT}" role="img" font-family="{escape(FONT, {chr(34): chr(39)})}">',
        f"<title>{escape(m.statement)}</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" rx="6" fill="{LIGHT.surface}"/>',
        text(12, 21, m.y, "start", LIGHT.ink, 14),
    ]
    for k, row in enumerate(rows):
        y = 30 + ROW * k + 9
        for x, curve in row:
            dash = f' stroke-dasharray="{curve.dash}"' if curve.dash else ""
            parts.append(
                f'<path d="M{x:.0f} {y:.1f}h22" stroke="{curve.colour}" stroke-width="2.5"{dash}/>'
            )
            parts.append(text(x + 28, y + 4, curve.label, "start", LIGHT.ink))
    for tick in grid_y:
        y = float(up(np.array(tick)))
        parts.append(f'<path d="M{LEFT} {y:.1f}H{right}" stroke="{LIGHT.grid}"/>')
        parts.append(text(LEFT - 7, y + 4, written(tick, log_y), "end", LIGHT.muted))
    for tick in grid_x:
        x = float(across(np.array(tick)))
        if LEFT - 1 <= x <= right + 1:
            parts.append(f'<path d="M{x:.1f} {floor}v5" stroke="{LIGHT.axis}"/>')
            parts.append(text(x, floor + 18, written(tick, log_x), "middle", LIGHT.muted))
    parts.append(f'<path d="M{LEFT} {floor}H{right}" stroke="{LIGHT.axis}"/>')
    parts.append(text((LEFT + right) / 2, HEIGHT - 8, m.x, "middle", LIGHT.ink))
    for curve in reversed(curves):
        x, y = across(curve.x), up(curve.y)
        points = " ".join(f"{x[k]:.1f},{y[k]:.1f}" for k in thinned(x, y))
        dash = f' stroke-dasharray="{curve.dash}"' if curve.dash else ""
        parts.append(
            f'<polyline points="{points}" fill="none" stroke="{curve.colour}" stroke-width="2.2" '
            f'stroke-linejoin="round"{dash}/>'
        )
    return "\n".join([*parts, "</svg>"]) + "\n"
