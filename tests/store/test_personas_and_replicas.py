"""Personas, replicas and the stock of both."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from engine.store.errors import StoreError
from engine.store.listing import Window
from engine.store.opening import Store, open_store
from engine.store.outbox import Callback
from engine.store.records import ReplicaRecord
from engine.store.sealing import masked
from engine.store.stock import DEFAULT_PERSONA_ID, DEFAULT_REPLICA_ID, load_stock
from tests.store.conftest import on_disk

SECRET = "sk-0123456789abcdefghij"


async def test_a_persona_comes_back_as_it_was(store: Store) -> None:
    fields = {"system_prompt": "Be kind. ☺", "layers": {"llm": {"model": "tavus-gpt-oss", "tools": [{"a": [1, None]}]}}}
    made = await store.personas.create("Kind", fields)
    assert await store.personas.get(made.persona_id) == made
    assert made.fields == fields
    assert made.persona_type == "user"
    assert len(made.persona_id) == 12
    assert await store.personas.get("punknown") is None


async def test_secrets_are_encrypted_on_the_disk_plain_in_records_and_masked_when_shown(
    store: Store, home: Path
) -> None:
    fields = {"layers": {"llm": {"api_key": SECRET, "headers": {"Authorization": SECRET}}, "tts": {"api_key": ""}}}
    made = await store.personas.create("Custom", fields)
    again = await store.personas.get(made.persona_id)
    assert again is not None
    assert again.fields == fields
    shown = json.dumps(masked(again.fields))
    assert SECRET not in shown
    assert "********ghij" in shown
    await store.close()
    stored = on_disk(home)
    assert made.persona_id.encode() in stored
    assert SECRET.encode() not in stored


async def test_another_installations_key_opens_nothing(store: Store, home: Path) -> None:
    made = await store.personas.create("Custom", {"layers": {"llm": {"api_key": SECRET}}})
    await store.close()
    (home / "secret.key").unlink()
    other = await open_store(home)
    with pytest.raises(StoreError, match=r"secret\.key is not the key"):
        await other.personas.get(made.persona_id)
    await other.close()


async def test_the_stock_holds_the_defaults_of_current_clients_and_every_face_it_names(store: Store) -> None:
    stock = load_stock()
    replica_ids = {replica.replica_id for replica in stock.replicas}
    persona_ids = {persona.persona_id for persona in stock.personas}
    assert {DEFAULT_PERSONA_ID, "pipecat0", "pdced222244b", "pe13ed370726"} <= persona_ids
    assert {DEFAULT_REPLICA_ID, "rfe12d8b9597", "r9d30b0e55ac", "r79e1c033f"} <= replica_ids
    for persona in stock.personas:
        assert persona.fields["default_replica_id"] in replica_ids
        assert persona.fields["system_prompt"] or persona.fields["pipeline_mode"] == "echo"
        assert len(persona.fields["system_prompt"].split()) < 60, "prompts are prefilled on a CPU"
        record = await store.personas.get(persona.persona_id)
        assert record is not None
        assert record.persona_type == "system"
    for replica in stock.replicas:
        face = await store.replicas.get(replica.replica_id)
        assert face is not None
        assert (face.status, face.replica_type) == ("completed", "system")
        assert face.fields["presenter"]


async def test_opening_again_changes_nothing_in_the_stock(store: Store, home: Path) -> None:
    before = (await store.personas.page(Window(limit=100))).records
    await store.close()
    again = await open_store(home)
    assert (await again.personas.page(Window(limit=100))).records == before
    await again.close()


async def test_a_change_of_a_replica_and_its_callback_are_one_transaction(store: Store) -> None:
    made = await store.replicas.create("Me", {"train_video_url": "https://x.test/v.mp4"})
    assert await store.replicas.get(made.replica_id) == made

    def told(record: ReplicaRecord) -> list[Callback]:
        return [Callback("http://h/", {"status": record.status})]

    def failed(record: ReplicaRecord) -> ReplicaRecord:
        return replace(record, status="error", error_message="no training here")

    changed = await store.replicas.change(made.replica_id, failed, callbacks=told)
    assert changed is not None
    assert changed[1]
    assert await store.replicas.get(made.replica_id) == changed[0]
    assert await store.replicas.change(made.replica_id, failed, callbacks=told) == (changed[0], False)
    [delivery] = await store.outbox.deliveries(made.replica_id)
    assert json.loads(delivery.payload) == {"status": "error"}


async def test_a_callback_that_cannot_be_written_leaves_the_replica_as_it_was(store: Store) -> None:
    made = await store.replicas.create("Me", {})

    def broken(record: ReplicaRecord) -> list[Callback]:
        return [Callback("http://h/", {"no JSON": object()})]

    with pytest.raises(TypeError):
        await store.replicas.change(made.replica_id, lambda record: replace(record, status="error"), callbacks=broken)
    assert await store.replicas.get(made.replica_id) == made


async def test_replicas_are_filtered(store: Store) -> None:
    made = await store.replicas.create("Zoë", {})
    of_user = await store.replicas.page(Window(), replica_type="user")
    assert [record.replica_id for record in of_user.records] == [made.replica_id]
    chosen = await store.replicas.page(Window(), replica_ids=["rfe12d8b9597", made.replica_id, "rnone"])
    assert {record.replica_id for record in chosen.records} == {"rfe12d8b9597", made.replica_id}
    assert (await store.replicas.page(Window(), status="started", name="zo")).total_count == 1


async def test_a_secret_of_a_replica_is_sealed_on_the_disk(store: Store) -> None:
    made = await store.replicas.create("R", {"storage": {"api_key": "a-secret-of-the-bucket"}})
    path = "SELECT fields FROM replicas WHERE replica_id = ?"
    kept = await store.database.read(lambda tables: tables.execute(path, [made.replica_id]).fetchone()[0])
    assert "a-secret-of-the-bucket" not in kept
    assert await store.replicas.get(made.replica_id) == made
