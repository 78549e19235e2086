"""One tiny picture through Blender: the camera sees what the projection says."""

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("bpy")
pytest.importorskip("PIL")

import bpy  # type: ignore[import-not-found,unused-ignore]
from PIL import Image  # type: ignore[import-not-found,unused-ignore]

from models.studio import lights
from models.studio.keys import camera
from models.studio.materials import plain_material
from models.studio.recipe import Light


def test_a_small_ball_lies_where_it_is_projected_with_nothing_round_it(tmp_path: Path) -> None:
    lens = camera(3.0)
    at = np.array([[-6.0, -4.0, 8.0]])
    bpy.ops.wm.read_factory_settings(use_empty=True)
    bpy.ops.mesh.primitive_uv_sphere_add(radius=1.5 * lights.SCALE, location=lights.place(*at[0]))
    bpy.context.object.data.materials.append(plain_material("clay", (0.5, 0.5, 0.5), 0.5))
    lights.set_camera(lens)
    lights.set_lights(Light(), 3.0)
    lights.set_render(lens, 0.0)
    lights.render(tmp_path / "ball.png", lens, (0, 0, lens.width, lens.height), scale=0.25, samples=4)
    alpha = np.asarray(Image.open(tmp_path / "ball.png"))[..., 3] / 255
    assert alpha.shape == (lens.height // 4, lens.width // 4)
    row, column = np.indices(alpha.shape)
    seen = np.array([(alpha * (column + 0.5)).sum(), (alpha * (row + 0.5)).sum()]) / alpha.sum() * 4
    assert np.allclose(seen, lens.project(at)[0, :2], atol=1.5)
    assert alpha.sum() * 16 == pytest.approx(np.pi * (1.5 * lens.focal / (155 - 8)) ** 2, rel=0.06)
