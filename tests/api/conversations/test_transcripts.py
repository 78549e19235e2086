"""GET /v2/conversations/{id}/transcript."""

from typing import Any

import httpx
import pytest

from engine.store.call_events import transcription_ready
from engine.store.opening import Store
from tests.api.conftest import refusal
from tests.fakes.call_host import FakeCallHost

SAID: list[dict[str, Any]] = [
    {"role": "system", "content": "You are Robin."},
    {"role": "user", "content": "Hello.", "seconds_from_start": 1.0, "duration": 1.5, "inference_id": "i1"},
    {"role": "assistant", "content": "Grüß dich.", "seconds_from_start": 3.0, "duration": 1.0, "inference_id": "i1"},
]
VTT = (
    "WEBVTT\n\n1\n00:00:01.000 --> 00:00:02.500\n<v User>Hello.\n\n"
    "2\n00:00:03.000 --> 00:00:04.000\n<v Robin>Grüß dich.\n\n"
)


@pytest.fixture
async def conversation_id(client: httpx.AsyncClient, host: FakeCallHost) -> str:
    host.words = SAID
    response = await client.post("/v2/conversations", json={"persona_id": "pb87e71797da"})
    return str(response.json()["conversation_id"])


async def test_of_a_running_call_the_words_so_far_and_afterwards_the_stored_ones(
    client: httpx.AsyncClient, host: FakeCallHost, store: Store, conversation_id: str
) -> None:
    url = f"/v2/conversations/{conversation_id}/transcript"
    running = (await client.get(url)).json()
    assert running == {"conversation_id": conversation_id, "status": "active", "transcript": SAID}
    await store.conversations.record_event(conversation_id, transcription_ready("r1", SAID[:2]))
    await host.end(conversation_id, "max_call_duration")
    ended = (await client.get(url)).json()
    assert ended == {"conversation_id": conversation_id, "status": "ended", "transcript": SAID[:2]}


@pytest.mark.parametrize(
    ("query", "accept", "kind", "begins"),
    [
        ("", "*/*", "application/json", "{"),
        ("", "text/vtt", "text/vtt; charset=utf-8", VTT),
        ("", "text/html, TEXT/VTT;q=0.9, */*", "text/vtt; charset=utf-8", VTT),
        ("", "application/x-subrip", "application/x-subrip; charset=utf-8", "1\n00:00:01,000 -->"),
        ("", "text/plain", "text/plain; charset=utf-8", "[00:00:01] User: Hello.\n[00:00:03] Robin: Grüß"),
        ("?format=json", "text/vtt", "application/json", "{"),
        ("?format=vtt", "application/json", "text/vtt; charset=utf-8", VTT),
        ("?format=srt", "*/*", "application/x-subrip; charset=utf-8", "1\n00:00:01,000 -->"),
        ("?format=text", "*/*", "text/plain; charset=utf-8", "[00:00:01] User"),
    ],
)
async def test_the_form_is_asked_for_by_the_query_or_by_accept(
    client: httpx.AsyncClient, conversation_id: str, query: str, accept: str, kind: str, begins: str
) -> None:
    url = f"/v2/conversations/{conversation_id}/transcript{query}"
    response = await client.get(url, headers={"accept": accept})
    assert response.status_code == 200
    assert response.headers["content-type"] == kind
    assert response.content.decode().startswith(begins)


async def test_what_has_no_transcript_says_so(
    client: httpx.AsyncClient, host: FakeCallHost, conversation_id: str
) -> None:
    url = f"/v2/conversations/{conversation_id}/transcript"
    host.live.clear()
    assert "ending" in refusal(await client.get(url), 409)
    await client.post(f"/v2/conversations/{conversation_id}/end")
    assert refusal(await client.get(url), 404) == "Transcript not found"
    unknown = await client.get("/v2/conversations/cnowhere/transcript")
    assert refusal(unknown, 400) == "Invalid conversation_id"


async def test_an_unknown_form_is_refused_with_those_that_are_known(
    client: httpx.AsyncClient, conversation_id: str
) -> None:
    response = await client.get(f"/v2/conversations/{conversation_id}/transcript?format=docx")
    text = refusal(response, 400)
    assert "format: 'docx'" in text
    assert "srt" in text
