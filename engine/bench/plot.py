"""Curves over time as SVG."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

import numpy as np
from numpy.typing import NDArray

ROW_SECONDS: Final = 10.0
"""Seconds that one row shows."""
_SECOND, _HEIGHT, _GAP, _LEFT, _TOP = 120, 120, 34, 12, 34  # pixels


@dataclass(frozen=True, slots=True)
class Curve:
    """Values over seconds, drawn from nothing to their largest."""

    name: str
    times: NDArray[np.float64]
    values: NDArray[np.float64]
    colour: str
    filled: bool = False


def plot(curves: Sequence[Curve], seconds: float, marks: Sequence[tuple[float, str]] = ()) -> str:
    """Draw curves one over the other, ten seconds in a row; `marks`: upright lines at some seconds, with what they say."""
    rows = max(1, int(np.ceil(seconds / ROW_SECONDS - 1e-9)))
    width, height = _LEFT * 2 + int(ROW_SECONDS * _SECOND), _TOP + rows * (_HEIGHT + _GAP)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" font-family="sans-serif" font-size="12">',
        f'<rect width="{width}" height="{height}" fill="#fff"/>',
    ]
    for number, curve in enumerate(curves):
        parts.append(
            f'<text x="{_LEFT + 260 * number}" y="18" fill="{curve.colour}" stroke="{curve.colour}" stroke-width=".3">'
            f"{escape(curve.name)}</text>"
        )
    for row in range(rows):
        parts += _row(row, curves, marks)
    return "\n".join([*parts, "</svg>", ""])


def _row(row: int, curves: Sequence[Curve], marks: Sequence[tuple[float, str]]) -> list[str]:
    first, floor = row * ROW_SECONDS, _TOP + row * (_HEIGHT + _GAP) + _HEIGHT
    parts = []
    for curve in curves:
        here = (curve.times >= first) & (curve.times < first + ROW_SECONDS)
        if not here.any():
            continue
        x = _LEFT + (curve.times[here] - first) * _SECOND
        y = floor - np.clip(curve.values[here] / max(1e-9, float(curve.values.max())), 0.0, 1.0) * _HEIGHT
        points = " ".join(f"{across:.1f},{down:.1f}" for across, down in zip(x, y, strict=True))
        if curve.filled:
            points = f"{x[0]:.1f},{floor} {points} {x[-1]:.1f},{floor}"
        style = f'fill="{curve.colour}"' if curve.filled else f'fill="none" stroke="{curve.colour}" stroke-width="1.5"'
        parts.append(f'<{"polygon" if curve.filled else "polyline"} points="{points}" {style}/>')
    for second in range(int(ROW_SECONDS) + 1):
        x_at = _LEFT + second * _SECOND
        parts.append(f'<path d="M{x_at} {floor}v5" stroke="#000"/>')
        parts.append(f'<text x="{x_at}" y="{floor + 18}" text-anchor="middle">{first + second:g}</text>')
    parts.append(f'<path d="M{_LEFT} {floor}h{int(ROW_SECONDS * _SECOND)}" stroke="#000"/>')
    for moment, text in marks:
        if first <= moment < first + ROW_SECONDS:
            x_mark = _LEFT + (moment - first) * _SECOND
            parts.append(f'<path d="M{x_mark:.1f} {floor}v-{_HEIGHT}" stroke="#c00"/>')
            parts.append(f'<text x="{x_mark + 4:.1f}" y="{floor - _HEIGHT + 10}" fill="#c00">{escape(text)}</text>')
    return parts
