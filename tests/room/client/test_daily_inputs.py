from typing import Any

import pytest

from engine.errors import InvalidInputError
from engine.room.client.daily_inputs import Inputs


def processor(kind: object) -> dict[str, Any]:
    return {"microphone": {"settings": {"processor": {"type": kind}}}}


@pytest.mark.parametrize(
    ("settings", "inputs"),
    [
        ({}, Inputs()),
        ({"camera": False}, Inputs(camera=False)),
        ({"microphone": {"isEnabled": False}, "camera": {"isEnabled": True}}, Inputs(microphone=False)),
        ({"microphone": {"isEnabled": True, "settings": {"deviceId": "mic"}}}, Inputs()),
        (processor("noise-cancellation"), Inputs(noise_cancellation=True)),
        (processor("none"), Inputs()),
    ],
)
def test_inputs_are_named_as_that_library_names_them(settings: dict[str, Any], inputs: Inputs) -> None:
    assert Inputs().changed(settings) == inputs


def test_what_is_not_named_stays_as_it_is() -> None:
    inputs = Inputs(microphone=False, camera=False, noise_cancellation=True)
    assert inputs.changed({}) == inputs
    assert inputs.changed({"camera": True}) == Inputs(microphone=False, camera=True, noise_cancellation=True)
    assert inputs.changed({"microphone": {"settings": {}}}) == inputs


@pytest.mark.parametrize("kind", ["krisp", 1, None])
def test_a_processor_that_there_is_not_is_refused(kind: object) -> None:
    with pytest.raises(InvalidInputError, match=r"processor\.type"):
        Inputs().changed(processor(kind))
