"""The z-buffer."""

import numpy as np

from models.studio.raster import rasterise

LEFT = [[0.0, 0.0, 5.0], [8.0, 0.0, 5.0], [0.0, 8.0, 5.0]]


def test_a_pixel_is_covered_when_its_centre_is() -> None:
    covered = rasterise(np.array([LEFT]), 10, 10).covered
    assert covered[0, 0]
    assert covered[3, 3]
    assert not covered[4, 4]
    assert not covered[9, 9]


def test_the_nearer_triangle_wins_whatever_the_order() -> None:
    near = (np.array(LEFT) - [0, 0, 2]).tolist()
    for order in ([LEFT, near], [near, LEFT]):
        raster = rasterise(np.array(order), 10, 10)
        assert np.allclose(raster.depth[raster.covered], 3.0)


def test_values_are_interpolated_between_the_corners() -> None:
    raster = rasterise(np.array([LEFT]), 10, 10)
    values = np.array([[0.0], [8.0], [0.0]])
    picture = np.full((10, 10), -1.0)
    picture[raster.covered] = raster.interpolate(np.array([[0, 1, 2]]), values)[:, 0]
    assert np.allclose(picture[0, :7], np.arange(7) + 0.5, atol=1e-5)


def test_triangles_outside_the_picture_are_left_out() -> None:
    assert not rasterise(np.array([LEFT]) - [50.0, 0.0, 0.0], 10, 10).covered.any()


def test_many_triangles_of_all_sizes_agree_with_a_plain_loop() -> None:
    rng = np.random.default_rng(3)
    corners = np.concatenate(
        [rng.uniform(0, 40, (60, 1, 2)) + rng.uniform(-12, 12, (60, 3, 2)), rng.uniform(1, 9, (60, 3, 1))], axis=2
    )
    raster = rasterise(corners, 40, 40)
    for y in range(0, 40, 3):
        for x in range(0, 40, 3):
            depths = []
            for a, b, c in corners:
                system = np.array([[a[0], b[0], c[0]], [a[1], b[1], c[1]], [1, 1, 1]])
                weights = np.linalg.solve(system, [x + 0.5, y + 0.5, 1])
                if weights.min() >= 0:
                    depths.append(weights @ [a[2], b[2], c[2]])
            assert np.isclose(raster.depth[y, x], min(depths, default=np.inf), atol=1e-6)
