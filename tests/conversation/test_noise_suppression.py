"""Who asks for it is listened to without the noise around them."""

import numpy as np

from tests.conversation.stage import stage_of
from tests.fakes.layers import fake_layers


async def test_steady_noise_is_only_taken_out_for_who_asked_for_it() -> None:
    async with stage_of(fake_layers(hears=["Hello."], answers=["Certainly."])) as stage:
        stage.join("a")
        heard: dict[bool, float] = {}
        noise = np.random.default_rng(0).normal(0.0, 0.01, 48_000).astype(np.float32)
        for on in (False, True):
            stage.director.suppress_noise("a", on)
            for at in range(0, noise.size, 320):
                stage.director.hear("a", noise[at : at + 320])
            ear = stage.director._ears._listeners["a"].ear
            frames = np.concatenate(list(ear._frames))
            heard[on] = float(np.sqrt(np.mean(np.square(frames))))
        assert heard[True] < 0.4 * heard[False]


async def test_nobody_is_harmed_by_a_wish_of_someone_who_has_left() -> None:
    async with stage_of(fake_layers(hears=[""], answers=["Certainly."])) as stage:
        stage.director.suppress_noise("gone", True)
