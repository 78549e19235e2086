"""The shapes of every presenter's face."""

from models.blendshapes import SHAPE_INDEX, SHAPES


def test_shapes_are_named_once_and_found_by_name() -> None:
    assert len(set(SHAPES)) == len(SHAPES) == 57
    assert all(SHAPES[place] == name for name, place in SHAPE_INDEX.items())


def test_what_has_a_left_has_a_right() -> None:
    lefts = {name.removesuffix("_L") for name in SHAPES if name.endswith("_L")}
    rights = {name.removesuffix("_R") for name in SHAPES if name.endswith("_R")}
    assert lefts == rights
    assert {"browDown", "eyeBlink", "eyeLookDown", "mouthSmile"} <= lefts


def test_the_tongue_has_its_own() -> None:
    assert {"tongueUp", "tongueOut", "jawOpen", "mouthClose"} <= set(SHAPES)
    assert not any(name.startswith("PupilDilate") for name in SHAPES)
