"""Voices of two languages all the way from a hub into a running conversation, and what is said of a language that is not here."""

import os
import shutil
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from engine.bench.appliance_process import appliance_process
from engine.bench.witness import Witness
from engine.cli import visavis
from tests.commands.test_voices import ITALIAN, SLOVAK, hub
from tests.model_files import NEEDS_MODELS, home
from tests.models.hub_server import HubServer

__all__ = ["hub"]

pytestmark = [*NEEDS_MODELS, pytest.mark.slow]


def link(source: str, destination: str) -> None:
    try:
        os.link(source, destination)
    except OSError:
        shutil.copy2(source, destination)


@pytest.fixture
def furnished(tmp_path: Path, hub: HubServer) -> Path:
    """A home with the default models, and with two voices that the real command fetched from the hub."""
    own = tmp_path / "home"
    shutil.copytree(home() / "models", own / "models", copy_function=link)
    arguments = ["models", "pull", SLOVAK, ITALIAN, "--hub-url", hub.url, "--home", str(own)]
    pulled = CliRunner().invoke(visavis, arguments)
    assert pulled.exit_code == 0, pulled.output
    return own


async def test_two_languages_from_the_hub_are_listed_refused_where_nobody_hears_them_and_spoken(
    furnished: Path,
) -> None:
    async with appliance_process(furnished) as appliance:
        languages = {row["code"]: row for row in (await appliance.api.get("/v2/languages")).json()["data"]}
        assert (languages["sk"]["spoken_by"], languages["it"]["spoken_by"]) == (SLOVAK, ITALIAN)
        assert (languages["sk"]["heard"], languages["sk"]["installed"]) == (False, False)
        voices = (await appliance.api.get("/v2/voices?tag=sk")).json()["data"]
        assert {voice["voice_name"]: "Slovak" in voice["languages"] for voice in voices} == {
            SLOVAK: True,
            "basic": True,
        }

        for language, told in (("Slovak", "no recogniser for Slovak is here"), ("multilingual", "knows one language")):
            body = {"persona_id": "pb87e71797da", "properties": {"language": language}}
            refused = await appliance.api.post("/v2/conversations", json=body)
            assert refused.status_code == 400
            assert told in refused.json()["message"]
            assert "`visavis models pull whisper-small`" in refused.json()["message"]

        # Somebody else hears and thinks in echo mode: there, a voice is all that a language needs.
        persona = {"persona_name": "Echo", "pipeline_mode": "echo", "default_replica_id": "r4067604db72"}
        made = await appliance.api.post("/v2/personas", json=persona)
        for language, text in (("slovak", "Dobrý deň, ako sa máte?"), ("Italian", "Buongiorno, come sta?")):
            conversation = await appliance.create_conversation(
                persona_id=made.json()["persona_id"], properties={"language": language}
            )
            conversation_id = conversation["conversation_id"]
            assert (await appliance.api.get(f"/rooms/{conversation_id}")).json()["basic_voice"] is False
            person = Witness()
            await person.join(appliance.signal(conversation_id))
            try:
                begun = time.monotonic()
                person.send("conversation.echo", conversation_id, modality="text", text=text)
                said = await person.event("conversation.utterance", role="replica")
                assert said.message["properties"]["speech"] == text
                assert person.first_sound(begun) is not None
            finally:
                await person.close()
            await appliance.api.post(f"/v2/conversations/{conversation_id}/end")
