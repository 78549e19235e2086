"""Pictures to see by eye what the figures say."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image, ImageDraw  # type: ignore[import-not-found,unused-ignore]

from models.studio.checks.likeness import Likeness

_CONTRAST: Final = 3.0


def save_proof(found: Sequence[Likeness], target: Path) -> None:
    """Write Cycles' picture, the engine's and their difference (grey: none, three times as strong) side by side, one row each."""
    rows = []
    for likeness in found:
        difference = 128.0 + _CONTRAST * (likeness.shown - likeness.expected)
        row = np.concatenate([likeness.expected, likeness.shown, difference], axis=1)
        picture = Image.fromarray(np.clip(np.rint(row), 0, 255).astype(np.uint8))
        label = f"{likeness.name} {likeness.decibels:.1f} dB, mouth {likeness.mouth_decibels:.1f} dB"
        ImageDraw.Draw(picture).text((4, 2), label, fill=(255, 255, 0))
        rows.append(picture)
    sheet = Image.new("RGB", (max(row.width for row in rows), sum(row.height for row in rows)))
    top = 0
    for row in rows:
        sheet.paste(row, (0, top))
        top += row.height
    sheet.save(target)
