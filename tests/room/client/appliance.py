"""An appliance with fakes for its layers: its API on a real socket, its rooms on real WebRTC."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

import httpx

from engine.api.app import create_api
from engine.api.dependencies import ApiDependencies
from engine.conversation.host import Calls
from engine.conversation.recordings import Recordings
from engine.recording.s3 import S3Settings
from engine.room import participant as participants
from engine.secret import Secret
from engine.settings import Settings
from engine.store.opening import open_store
from tests.fakes.layers import FakeLayers, fake_layers
from tests.real_time import SOON
from tests.recording.killed_appliance import destinations
from tests.served import served

KEY = "the-key-of-the-environment"
ENDED = "end_conversation_endpoint_hit"
STOCK_REPLICA = "r4067604db72"


@dataclass(frozen=True, slots=True)
class Appliance:
    """What tests reach for."""

    api: httpx.AsyncClient
    """With a key."""
    layers: FakeLayers
    calls: Calls

    async def conversation(self, **fields: Any) -> dict[str, Any]:
        """Begin a conversation with the stock replica; return the API's answer."""
        body = {"persona_id": "pb87e71797da", "replica_id": STOCK_REPLICA, **fields}
        answer = await self.api.post("/v2/conversations", json=body)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def room(self, **fields: Any) -> str:
        """Begin a conversation and return its `conversation_url`."""
        return str((await self.conversation(**fields))["conversation_url"])

    async def end(self, url: str) -> None:
        """End the conversation of a room."""
        (await self.api.post(f"/v2/conversations/{url.rpartition('/')[2]}/end")).raise_for_status()


@asynccontextmanager
async def appliance_in(
    home: Path, answers: Sequence[str | Exception] = ("Yes.",), **settings: Any
) -> AsyncIterator[Appliance]:
    """Run an appliance that understands one sentence and answers what it is told to."""
    store = await open_store(home)
    layers = fake_layers(hears=["Hello there."], answers=answers)
    calls = Calls(
        layers.engines,
        store.conversations,
        store.pronunciation_dictionaries,
        limit=4,
        loopback=True,
        language="english",
        seed=1,
        recordings=Recordings(store, destinations(home, S3Settings())),
    )
    ports: list[int] = []
    configured = Settings(home=home, api_key=Secret(KEY), **settings)
    app = create_api(ApiDependencies(configured, store, calls, lambda: f"http://127.0.0.1:{ports[0]}"))
    try:
        # A machine that stands still for a moment is no microphone that was unplugged: no silence is made up for it.
        with patch.object(participants, "HOLE", SOON):
            async with served(app) as port:
                ports.append(port)
                base_url, headers = f"http://127.0.0.1:{port}", {"x-api-key": KEY}
                async with httpx.AsyncClient(base_url=base_url, headers=headers, timeout=60, trust_env=False) as api:
                    yield Appliance(api, layers, calls)
                    await calls.close(ENDED)
    finally:
        await calls.close(ENDED)
        await store.close()
    layers.engines.close()
