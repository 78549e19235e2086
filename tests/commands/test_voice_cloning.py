"""`visavis voices clone` and `forget`."""

import asyncio
import json
import wave
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from engine.commands.voice_cloning import clone, forget
from engine.errors import InvalidInputError, ModelUnavailableError
from engine.jobs.cloned_voice import cloned_voice_of
from engine.layers.tts import cloned_voice_model
from engine.layers.tts.basic_voice import BasicVoice
from engine.layers.tts.cloned_voice_pool import ClonedVoicePool
from engine.layers.tts.cloned_voice_state import cloned_voices, voice_path
from engine.store.opening import open_store
from engine.store.records import ReplicaRecord
from models.pull import Puller
from models.store import ModelStore
from tests.layers.tts.tiny_cloning_model import catalogue_model, write_tiny_cloning_model


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    clause = BasicVoice().speak(
        "Good morning, this is how I speak, and it takes a few seconds to say all of this aloud."
    )
    path = tmp_path_factory.mktemp("recordings") / "mira.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(clause.sample_rate)
        file.writeframes((clause.samples * 32767).astype(np.int16).tobytes())
    return path


def run(home: Path, *arguments: object) -> Result:
    return CliRunner().invoke(clone, ["--home", str(home), *(str(argument) for argument in arguments)])


def replica(home: Path, replica_id: str | None = None) -> ReplicaRecord:
    """Make a replica, or get one."""

    async def work() -> ReplicaRecord:
        store = await open_store(home)
        try:
            if replica_id is None:
                return await store.replicas.create("Mira", {})
            found = await store.replicas.get(replica_id)
            assert found is not None
            return found
        finally:
            await store.close()

    return asyncio.run(work())


def with_model(home: Path, folder: Path) -> None:
    Puller(ModelStore(home), import_folder=folder, reserve=0).pull(catalogue_model(folder))


def test_nobody_is_cloned_without_consent(home: Path, recording: Path) -> None:
    refused = run(home, recording, "--name", "mira")
    assert refused.exit_code == 2
    assert "consent of the person who is heard" in refused.output


def test_without_the_package_the_command_says_how_to_get_it(
    home: Path, recording: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The tests' own environment may have the package: its absence cannot be caused otherwise.
    monkeypatch.setattr("engine.layers.tts.cloned_voice_making.package_installed", lambda: False)
    refused = run(home, recording, "--name", "mira", "--consent")
    assert isinstance(refused.exception, ModelUnavailableError)
    assert "pip install 'visavis[cloning]'" in str(refused.exception)


def test_without_a_model_the_command_says_how_to_get_one(
    home: Path, recording: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.layers.tts.cloned_voice_making.package_installed", lambda: True)
    refused = run(home, recording, "--name", "mira", "--consent")
    assert isinstance(refused.exception, ModelUnavailableError)
    assert "visavis models pull pocket-tts-" in str(refused.exception)


def test_looking_for_the_package_does_not_import_it() -> None:
    assert cloned_voice_model.package_installed() in {True, False}


def test_a_recording_becomes_a_voice_and_the_voice_of_a_replica(home: Path, recording: Path, tmp_path: Path) -> None:
    pytest.importorskip("pocket_tts", reason="the extra `cloning` is not installed")
    with_model(home, write_tiny_cloning_model(tmp_path / "pocket-tts-tiny"))
    own = replica(home)
    made = run(home, recording, "--name", "mira", "--consent", "--replica", own.replica_id, "--json")
    assert made.exit_code == 0, made.exception
    told = json.loads(made.stdout)
    assert (told["name"], told["replica_id"], told["consent"]["declared_by"]) == (
        "mira",
        own.replica_id,
        "visavis voices clone",
    )
    assert [voice.name for voice in cloned_voices(home)] == ["mira"]
    assert cloned_voice_of(replica(home, own.replica_id).fields) == "mira"
    again = run(home, recording, "--name", "mira", "--consent")
    assert isinstance(again.exception, InvalidInputError)
    assert "--replace" in str(again.exception)
    assert run(home, recording, "--name", "mira", "--consent", "--replace").exit_code == 0


def test_a_voice_is_forgotten_for_good(home: Path) -> None:
    path = voice_path(home, "mira")
    path.parent.mkdir(parents=True)
    path.write_bytes(b"a voice")
    beside = voice_path(home, "noor")
    beside.write_bytes(b"another")
    gone = CliRunner().invoke(forget, ["mira", "--home", str(home)])
    assert gone.exit_code == 0, gone.exception
    assert (path.exists(), beside.exists()) == (False, True)
    with pytest.raises(ModelUnavailableError, match="there is no such voice"):
        ClonedVoicePool(home).voice("mira")


@pytest.mark.parametrize("name", ["mira", "../keys", "MIRA"])
def test_what_is_no_cloned_voice_cannot_be_forgotten(home: Path, name: str) -> None:
    refused = CliRunner().invoke(forget, [name, "--home", str(home)])
    assert isinstance(refused.exception, InvalidInputError)
    assert name in str(refused.exception)


@pytest.mark.parametrize("replica_id", ["rfe12d8b9597", "r00000000000"])
def test_a_stock_replica_or_one_that_is_not_there_gets_no_voice(home: Path, recording: Path, replica_id: str) -> None:
    refused = run(home, recording, "--name", "mira", "--consent", "--replica", replica_id)
    assert isinstance(refused.exception, InvalidInputError)
    assert "stock replicas keep stock voices" in str(refused.exception)


def test_a_file_without_sound_is_refused_by_name(home: Path, tmp_path: Path) -> None:
    pytest.importorskip("pocket_tts", reason="the extra `cloning` is not installed")
    with_model(home, write_tiny_cloning_model(tmp_path / "pocket-tts-tiny"))
    text = tmp_path / "notes.txt"
    text.write_text("not a sound")
    refused = run(home, text, "--name", "mira", "--consent")
    assert isinstance(refused.exception, InvalidInputError)
    assert "notes.txt" in str(refused.exception)
