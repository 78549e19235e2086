"""The asset card of a presenter: what it is made from, how, and under which terms."""

import json
from dataclasses import asdict
from pathlib import Path

from models.studio.recipe import Recipe

_TEXT = """# {name}

{title}. A synthetic person: nobody is depicted, no photograph, scan or recording was used.

| | |
| --- | --- |
| made by | `python -m models.studio build {name}` (Blender {blender}, Cycles, OpenImageDenoise) |
| geometry | the head mesh, its expressions and identity modes of ICT-FaceKit (USC Institute for Creative Technologies), MIT, notice below |
| identity | seed {seed}: 60 of the 100 modes drawn from N(0, {identity_scale}); no real person's coefficients |
| skin, eyes, hair, brows, lashes, clothes, background, tongue shapes | procedural, this project's own code and licence |
| pictures | {keys} key pictures, {samples} samples for whole ones, {crop_samples} for crops, {scale} pixels per canvas pixel |
| format | `models/studio/bundle.py` |

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
