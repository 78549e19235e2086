"""Whose voice a replica speaks with."""

from dataclasses import replace

import httpx
import pytest

from engine.api.dependencies import ApiDependencies
from engine.jobs.cloned_voice import with_cloned_voice
from engine.layers.tts.basic_voice import BasicVoice
from engine.layers.tts.cloned_voice_making import clone_voice
from engine.layers.tts.cloned_voice_model import CloningModel
from engine.layers.tts.cloned_voice_state import Consent, voice_path
from engine.store.opening import Store
from models.pull import Puller
from models.store import ModelStore
from tests.layers.tts.tiny_cloning_model import catalogue_model, write_tiny_cloning_model

VIDEO = "https://files.example/me.mp4"


async def _own(client: httpx.AsyncClient, **body: object) -> str:
    return str((await client.post("/v2/replicas", json={"train_video_url": VIDEO, **body})).json()["replica_id"])


async def _give(store: Store, replica_id: str, name: str) -> None:
    await store.replicas.change(
        replica_id, lambda record: replace(record, fields=with_cloned_voice(record.fields, name))
    )


async def test_a_stock_replica_speaks_with_a_stock_voice(client: httpx.AsyncClient) -> None:
    voice = (await client.get("/v2/replicas/r4067604db72")).json()["voice"]
    assert voice == {"kind": "stock", "voice_name": None, "note": "A stock voice speaks for this replica."}


async def test_a_stock_replica_that_the_usual_voice_does_not_fit_names_another(client: httpx.AsyncClient) -> None:
    voice = (await client.get("/v2/replicas/rfe12d8b9597")).json()["voice"]
    assert (voice["kind"], voice["voice_name"]) == ("stock", "en_US-hugo-medium")


async def test_a_replica_without_a_voice_of_its_own_says_so_and_what_is_missing(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    replica_id = await _own(client)
    # The tests' own environment may have the package: its absence cannot be caused otherwise.
    monkeypatch.setattr("engine.layers.tts.cloned_voice_making.package_installed", lambda: False)
    voice = (await client.get(f"/v2/replicas/{replica_id}")).json()["voice"]
    assert (voice["kind"], voice["voice_name"]) == ("stock", None)
    assert "no voice was cloned for it" in voice["note"]
    assert "pip install 'visavis[cloning]'" in voice["note"]
    monkeypatch.setattr("engine.layers.tts.cloned_voice_making.package_installed", lambda: True)
    listed = (await client.get(f"/v2/replicas?replica_ids={replica_id}")).json()["data"][0]["voice"]
    assert "visavis models pull pocket-tts-" in listed["note"]


async def test_no_request_claims_a_voice(client: httpx.AsyncClient) -> None:
    replica_id = await _own(client, voice={"kind": "cloned"}, cloned_voice="mira", _job={"cloned_voice": "mira"})
    assert (await client.get(f"/v2/replicas/{replica_id}?verbose=true")).json()["voice"]["kind"] == "stock"


async def test_a_cloned_voice_whose_file_is_gone_is_a_stock_voice(client: httpx.AsyncClient, store: Store) -> None:
    replica_id = await _own(client)
    await _give(store, replica_id, "mira")
    voice = (await client.get(f"/v2/replicas/{replica_id}")).json()["voice"]
    assert voice["kind"] == "stock"
    assert "'mira' cannot be used" in voice["note"]
    assert "visavis voices clone RECORDING --name mira --consent" in voice["note"]


async def test_a_cloned_voice_is_named(client: httpx.AsyncClient, dependencies: ApiDependencies, store: Store) -> None:
    pytest.importorskip("pocket_tts", reason="the extra `cloning` is not installed")
    home = dependencies.settings.home
    folder = write_tiny_cloning_model(home / "to import" / "pocket-tts-tiny")
    Puller(ModelStore(home), import_folder=folder, reserve=0).pull(catalogue_model(folder))
    spoken = BasicVoice().speak("Good morning, this is how I speak, and it takes a few seconds to say all of this.")
    model = CloningModel(folder, "en")
    clone_voice(spoken.samples, spoken.sample_rate, voice_path(home, "mira"), model=model, consent=Consent("me", "now"))
    replica_id = await _own(client)
    await _give(store, replica_id, "mira")
    voice = (await client.get(f"/v2/replicas/{replica_id}")).json()["voice"]
    assert (voice["kind"], voice["voice_name"]) == ("cloned", "mira")
