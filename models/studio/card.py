"""The asset card of a presenter: what it is made from, how, and under which terms."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from models.studio.recipe import Recipe

_SCORES: Final = "## Scores\n"
_NEXT: Final = "\n## Recipe\n"
_TEXT: Final = """# {name}

{title}. A synthetic person: nobody is depicted, no photograph, scan or recording was used.

| | |
| --- | --- |
| made by | `python -m models.studio build {name}` (Blender {blender}, Cycles, OpenImageDenoise) |
| geometry | the head mesh, its expressions and identity modes of ICT-FaceKit (USC Institute for Creative Technologies), MIT, notice below |
| identity | seed {seed}: 60 of the 100 modes drawn from N(0, {identity_scale}); no real person's coefficients |
| skin, eyes, hair, brows, lashes, clothes, background, tongue shapes | procedural, this project's own code and licence |
| pictures | {keys} key pictures, {samples} samples for whole ones, {crop_samples} for crops, {scale} pixels per canvas pixel |
| format | `models/studio/bundle.py` |

## Scores

Not measured yet (`python -m models.studio.checks scores {name}`).

## Recipe

```json
{recipe}
```

## Notice of ICT-FaceKit

```
{licence}
```
"""


def write_card(
    folder: Path,
    recipe: Recipe,
    licence: str,
    *,
    blender: str,
    keys: int,
    samples: int,
    crop_samples: int,
    scale: float,
) -> None:
    """Write README.md into a bundle."""
    text = _TEXT.format(
        name=recipe.name,
        title=recipe.title,
        seed=recipe.seed,
        identity_scale=recipe.identity_scale,
        blender=blender,
        keys=keys,
        samples=samples,
        crop_samples=crop_samples,
        scale=scale,
        recipe=json.dumps(asdict(recipe), indent=1),
        licence=licence.strip(),
    )
    (folder / "README.md").write_text(text, encoding="utf-8")


def show_scores(folder: Path, scores: Sequence[Mapping[str, Any]]) -> None:
    """Put the scores (the entries of `scores.json`) into a bundle's README.md, instead of those that it shows."""
    card = folder / "README.md"
    text = card.read_text(encoding="utf-8")
    before, _, after = text.partition(_NEXT)
    before = before.partition(_SCORES)[0].rstrip("\n") + "\n\n"
    rows = [f"| {score['meaning']} | {score['value']:.4g} | {_asked(score)} |" for score in scores]
    table = "\n".join(["| what | measured | asked for |", "| --- | --- | --- |", *rows])
    card.write_text(f"{before}{_SCORES}\n{table}\n{_NEXT}{after}", encoding="utf-8")


def _asked(score: Mapping[str, Any]) -> str:
    least, most = score["needed"], score["most"]
    if most is None:
        return f"at least {least:g}"
    return f"{least:g} to {most:g}" if least else f"at most {most:g}"
