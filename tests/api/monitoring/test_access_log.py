"""What the log says of requests, and what it never says."""

from engine.api.app import create_api
from engine.api.dependencies import ApiDependencies
from engine.settings import Settings
from engine.store.opening import Store
from tests.api.conftest import client_of
from tests.test_logs import TOKEN, lines_of, log_of


async def test_each_request_is_one_line_without_its_path_and_query(
    dependencies: ApiDependencies,
    store: Store,
) -> None:
    key = await store.keys.create("test")
    with log_of(Settings(log_format="json")) as stream:
        async with client_of(dependencies, x_api_key=key.secret) as asking:
            await asking.get("/v2/personas/pb87e71797da?note=private-query", headers={"x-request-id": "mine"})
            await asking.get("/no/such/private-path")
            await asking.get("/healthz")
    first, second = lines_of(stream)
    assert first["route"] == "/v2/personas/{persona_id}"
    assert (first["method"], first["status"], first["request_id"]) == ("GET", 200, "mine")
    assert first["key_id"] == key.record.key_id
    assert int(str(first["bytes"])) > 100
    assert float(str(first["milliseconds"])) >= 0
    assert (second["route"], second["status"]) == ("other", 404)
    assert "private" not in stream.getvalue()


async def test_no_secret_of_any_request_reaches_the_log(
    dependencies: ApiDependencies,
    store: Store,
) -> None:
    secrets = {
        "key": (await store.keys.create("test")).secret,
        "wrong key": "vv_" + "W" * 43,
        "short wrong key": "not-even-a-key-of-ours",
        "llm": "gsk-the-key-of-a-model",
        "token": TOKEN,
        "name": "private-name-of-a-file",
        "words": "private words of a person",
    }
    with log_of(Settings(log_format="json", log_level="debug")) as stream:
        async with client_of(dependencies, x_api_key=secrets["key"]) as asking:
            body = {
                "persona_name": secrets["words"],
                "system_prompt": secrets["words"],
                "layers": {"llm": {"model": "x", "base_url": "https://llm.example/v1", "api_key": secrets["llm"]}},
                "properties": {"aws_secret_access_key": secrets["llm"]},
            }
            paths = create_api(dependencies).openapi()["paths"]
            assert len(paths) > 15
            for path in paths:
                place = path.replace("{", "").replace("}", "")
                for method in ("GET", "POST", "PATCH", "PUT", "DELETE"):
                    await asking.request(method, f"{place}?t={TOKEN}&api_key={secrets['llm']}", json=body)
                    for wrong in (secrets["wrong key"], secrets["short wrong key"]):
                        await asking.request(method, place, json=body, headers={"x-api-key": wrong})
                    await asking.request(method, place, headers={"authorization": f"Bearer {secrets['wrong key']}"})
            files = {"file": (secrets["name"] + ".txt", b"text", "text/plain")}
            await asking.post("/v2/uploads", files=files)
            await asking.get(f"/c123?t={TOKEN}")
    assert len(stream.getvalue().splitlines()) > 100
    for kind, secret in secrets.items():
        assert secret not in stream.getvalue(), kind
