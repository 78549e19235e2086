"""What Prometheus is told: in its own format, about nobody in particular, and never in too many series."""

import re
from collections.abc import Iterator
from dataclasses import replace

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample

from engine.api.app import create_api
from engine.api.dependencies import ApiDependencies
from engine.settings import Settings
from engine.store.opening import Store
from engine.store.outbox import Callback
from tests.api.conftest import BASE_URL, client_of, refusal


def samples_of(text: str) -> Iterator[Sample]:
    for family in text_string_to_metric_families(text):
        assert family.documentation, family.name
        yield from family.samples


async def scrape(client: httpx.AsyncClient) -> dict[tuple[str, tuple[str, ...]], float]:
    response = await client.get("/metrics")
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/plain; version=0.0.4")
    found = {}
    for sample in samples_of(response.text):
        key = sample.name, tuple(str(value) for _, value in sorted(sample.labels.items()))
        assert key not in found, f"{key} stands there twice"
        found[key] = sample.value
    return found


async def test_requests_are_counted_by_method_route_and_status(
    client: httpx.AsyncClient, stranger: httpx.AsyncClient, dependencies: ApiDependencies
) -> None:
    for _ in range(3):
        await client.get("/v2/personas/pb87e71797da")
    await client.get("/v2/personas/p00000000000")
    found = await scrape(client)
    template = "/v2/personas/{persona_id}"
    assert found["visavis_http_requests_total", ("GET", template, "200")] == 3
    assert found["visavis_http_requests_total", ("GET", template, "400")] == 1
    assert found["visavis_http_request_seconds_count", (template,)] == 4
    assert found["visavis_http_request_seconds_bucket", ("+Inf", template)] == 4
    assert found["visavis_http_requests_in_flight", ()] == 1, "the scrape itself"


async def test_what_strangers_send_makes_no_new_series(client: httpx.AsyncClient) -> None:
    for number in range(20):
        await client.get(f"/no/such/path/{number}")
        await client.get(f"/v2/personas/p{number:011d}?page={number}")
        await client.request(f"VERB{number}", "/v2/personas")
        await client.get("/healthz", headers={"host": f"evil{number}.example"})
    before = await scrape(client)
    for number in range(20, 60):
        await client.get(f"/no/such/path/{number}")
        await client.get(f"/v2/personas/p{number:011d}?page={number}")
        await client.request(f"VERB{number}", "/v2/personas")
        await client.get("/healthz", headers={"host": f"evil{number}.example"})
    after = await scrape(client)
    # The first scrape is itself counted in the second.
    assert {key for key in after.keys() - before.keys() if "/metrics" not in key[1]} == set()
    assert after["visavis_http_requests_total", ("GET", "other", "404")] == 60
    known = {*create_api_paths(client), "other"}
    assert {key[1][1] for key in after if key[0] == "visavis_http_requests_total"} <= known


def create_api_paths(client: httpx.AsyncClient) -> set[str]:
    transport = client._transport
    assert isinstance(transport, httpx.ASGITransport)
    return set(transport.app.openapi()["paths"])  # type: ignore[attr-defined]


async def test_no_id_name_or_key_is_told(client: httpx.AsyncClient, store: Store) -> None:
    persona = (await client.post("/v2/personas", json={"persona_name": "Zenobia", "system_prompt": "x"})).json()
    body = {"persona_id": persona["persona_id"], "replica_id": "r4067604db72"}
    conversation = (await client.post("/v2/conversations", json=body)).json()
    await client.get(f"/v2/conversations/{conversation['conversation_id']}")
    text = (await client.get("/metrics")).text
    key = (await store.keys.all_keys())[0]
    for word in ("Zenobia", persona["persona_id"], conversation["conversation_id"], key.key_id):
        assert word not in text
    assert re.search(r"[0-9a-f]{11,}", re.sub(r"[0-9.e+-]+$", "", text, flags=re.MULTILINE)) is None


async def test_the_outbox_the_jobs_and_the_database_are_told(client: httpx.AsyncClient, store: Store) -> None:
    found = await scrape(client)
    assert found["visavis_outbox_callbacks", ("pending",)] == 0
    assert found["visavis_outbox_oldest_pending_seconds", ()] == 0

    def callback(_: object) -> list[Callback]:
        return [Callback("http://127.0.0.1:9/", {"a": 1})]

    await store.documents.create("one", {}, status="started", callbacks=callback)
    await store.documents.create("two", {}, status="started", callbacks=callback)
    await store.videos.create("three", {}, status="queued")
    await store.outbox.gave_up((await store.outbox.deliveries())[0].delivery_id, "no")
    found = await scrape(client)
    assert found["visavis_outbox_callbacks", ("pending",)] == 1
    assert found["visavis_outbox_callbacks", ("failed",)] == 1
    assert found["visavis_outbox_oldest_pending_seconds", ()] > 0
    assert found["visavis_jobs", ("document", "started")] == 2
    assert found["visavis_jobs", ("video", "queued")] == 1
    assert found["visavis_jobs", ("training", "completed")] > 0
    assert found["visavis_database_up", ()] == 1
    assert found["visavis_database_bytes", ()] > 4096


async def test_a_state_that_nothing_is_in_any_more_is_gone(client: httpx.AsyncClient, store: Store) -> None:
    video = await store.videos.create("three", {}, status="queued")
    assert ("visavis_jobs", ("video", "queued")) in await scrape(client)
    await store.videos.change(video.resource_id, lambda record: replace(record, status="error"))
    found = await scrape(client)
    assert ("visavis_jobs", ("video", "queued")) not in found
    assert found["visavis_jobs", ("video", "error")] == 1


async def test_figures_of_the_process_and_the_version_are_told(client: httpx.AsyncClient) -> None:
    found = await scrape(client)
    assert found["process_threads", ()] >= 1
    assert found["process_resident_memory_bytes", ()] > 1 << 20
    assert found["process_cpu_seconds_total", ()] > 0
    assert found["process_open_fds", ()] > 1
    assert [value for (name, _), value in found.items() if name == "visavis_build_info"] == [1]


async def test_a_database_that_fails_is_told_and_the_rest_too(dependencies: ApiDependencies) -> None:
    async with client_of(dependencies) as client:
        await dependencies.store.close()
        found = await scrape(client)
    assert found["visavis_database_up", ()] == 0
    assert found["process_threads", ()] >= 1


async def test_two_appliances_in_one_process_count_apart(dependencies: ApiDependencies, settings: Settings) -> None:
    other = ApiDependencies(settings, dependencies.store, dependencies.host, dependencies.base_url)
    async with client_of(dependencies) as one, client_of(other) as two:
        await one.get("/healthz")
        assert ("visavis_http_requests_total", ("GET", "/healthz", "200")) in await scrape(one)
        assert ("visavis_http_requests_total", ("GET", "/healthz", "200")) not in await scrape(two)


async def test_this_machine_needs_no_key_and_others_do(dependencies: ApiDependencies, store: Store) -> None:
    key = await store.keys.create("prometheus")
    for address, needed in (("127.0.0.1", False), ("::1", False), ("192.168.1.9", True), ("::ffff:8.8.8.8", True)):
        transport = httpx.ASGITransport(create_api(dependencies), client=(address, 50000))
        async with httpx.AsyncClient(transport=transport, base_url=BASE_URL) as scraper:
            if needed:
                assert refusal(await scraper.get("/metrics"), 401) == "Invalid access token"
            with_key = await scraper.get("/metrics", headers={"x-api-key": key.secret} if needed else {})
            assert with_key.status_code == 200


async def test_pages_of_other_origins_read_nothing(stranger: httpx.AsyncClient) -> None:
    assert refusal(await stranger.get("/metrics", headers={"origin": "https://evil.example"}), 403)
    assert refusal(await stranger.get("/metrics", headers={"host": "rebound.example"}), 403)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
async def test_figures_can_only_be_read(stranger: httpx.AsyncClient, method: str) -> None:
    assert refusal(await stranger.request(method, "/metrics"), 405)
