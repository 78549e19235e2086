"""What a presenter is held to, what it reaches, and where it is worst."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from models.studio.checks.likeness import Likeness, together
from models.studio.checks.live import RATE
from models.studio.checks.playing import Manners
from models.studio.checks.watching import Watched

FILE: Final = "scores.json"


@dataclass(frozen=True, slots=True)
class Score:
    """One figure."""

    name: str
    value: float
    needed: float
    most: float | None = None
    """Where there is an upper bound too."""
    worst: str = ""
    """Where it is worst."""
    meaning: str = ""

    @property
    def passed(self) -> bool:
        """Whether it is reached."""
        return self.value >= self.needed and (self.most is None or self.value <= self.most)


def picture_scores(rest: Likeness, between: Sequence[Likeness]) -> list[Score]:
    """How near the engine's pictures come to those of Cycles."""
    scores = [Score("rest_psnr", rest.decibels, 45.0, meaning="at rest against the Cycles picture, 512x512, dB")]
    if between:
        every = ", ".join(f"{found.name} {found.decibels:.1f}" for found in between)
        meaning = (
            "expressions that are no key against true Cycles pictures, face box, over all their pixels together, dB"
        )
        scores.append(Score("between_psnr", together(between), 33.0, worst=every, meaning=meaning))
    return scores


def film_scores(seen: Watched, manners: Manners) -> list[Score]:
    """What is seen in 20 s of film, and how the presenter behaves over five minutes."""
    followed, frame = seen.worst_face
    whole, whole_frame = float(seen.whole.min()), int(seen.whole.argmin())
    jump, jump_frame = seen.worst_jump
    return [
        Score("face_confidence", followed, 0.9, None, _at(frame), "BlazeFace in two squares that follow the face, the least"),
        Score("face_confidence_whole", whole, 0.5, None, _at(whole_frame), "the same on whole 512x512 frames"),
        Score("worst_jump", jump, 0.0, 3.0, _at(jump_frame), "largest change between frames, in 99th percentiles"),
        Score("blinks_per_minute", manners.blinks_per_minute, 10.0, 20.0, "", "over five minutes"),
        Score("gaze_at_camera", manners.gaze_at_camera, 0.8, None, "", "share of the time spent speaking"),
        Score("bilabials_closed", manners.bilabials_closed, 0.95, None, "", "share of /p b m/, lips of the mesh"),
        Score("bilabials_seen_closed", seen.bilabials_closed, 0.95, None, _open(seen), "the same, seen in the pictures"),
        Score(
            "opening_correlation", seen.opening_correlation, 0.85, None, "", "mouth seen in the pictures against visemes"
        ),
    ]  # fmt: skip


def write_scores(folder: Path, name: str, scores: Sequence[Score]) -> None:
    """Write `scores.json` into a bundle; figures of the same bundle that are not measured anew stay."""
    kept = {entry["name"]: entry for entry in read_scores(folder)}
    kept |= {score.name: asdict(score) | {"passed": score.passed} for score in scores}
    told = {"presenter": name, "bundle": digest(folder), "scores": list(kept.values())}
    (folder / FILE).write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def read_scores(folder: Path) -> list[dict[str, Any]]:
    """The scores of a bundle; none when they were never measured, or on another bundle."""
    try:
        told = json.loads((folder / FILE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return []
    return list(told["scores"]) if told["bundle"] == digest(folder) else []


def digest(folder: Path) -> str:
    """What tells a bundle from any other: the SHA-256 of geometry, description and key pictures."""
    description = json.loads((folder / "presenter.json").read_text(encoding="utf-8"))
    pictures = [description["background"]["picture"], *(key["picture"] for key in description["keys"])]
    found = hashlib.sha256()
    for file in ("presenter.json", "geometry.npz", *pictures):
        found.update((folder / file).read_bytes())
    return found.hexdigest()


def _at(frame: int) -> str:
    return f"frame {frame} ({frame / RATE:.2f} s)"


def _open(seen: Watched) -> str:
    gap, frame = max(seen.bilabials().values())
    return f"{gap:.3f} eye distances in {_at(frame)}"
