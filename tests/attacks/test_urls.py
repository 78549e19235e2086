"""URLs in bodies that would send the appliance into its own network."""

import ipaddress
import json
from pathlib import Path

import pytest

from engine.fetching import FetchError, fetch_to_file
from engine.network import Address, NetworkPolicy, NetworkRefusedError
from tests.attacks.target import Internal, Target, refused

pytestmark = pytest.mark.asyncio(loop_scope="module")


DISGUISED = [
    "http://2130706433/", "http://017700000001/", "http://0x7f000001/", "http://0x7f.0.0.1/", "http://0177.0.0.1/", "http://127.1/",
    "http://127.0.1/", "http://good.example@127.0.0.1/", "http://user:word@10.0.0.1/", "http://good.example\\@127.0.0.1/",
    "http://127.0.0.1\\.good.example/", "http://[fe80::1%25lo]/", "http://127.0.0.1%2f.good.example/", "file:///etc/passwd",
    "gopher://127.0.0.1:6379/_x", "ftp://127.0.0.1/", "//127.0.0.1/", "http:127.0.0.1", "http://", "javascript:alert(1)", "data:,x",
    "http://good.example\r\nX-Evil: 1/", "http://good.example/\x00", "http://0/", "http://[::1/",
]  # fmt: skip


@pytest.mark.parametrize("url", DISGUISED)
async def test_a_url_in_disguise_is_refused_wherever_it_is_given(target: Target, url: str) -> None:
    for path, body, field in (
        ("/v2/conversations", {"replica_id": "rfe12d8b9597", "callback_url": url}, "callback_url"),
        ("/v2/replicas", {"train_video_url": url}, "train_video_url"),
        ("/v2/replicas", {"train_video_url": "https://good.example/a.mp4", "callback_url": url}, "callback_url"),
        ("/v2/documents", {"document_url": url}, "document_url"),
        ("/v2/videos", {"replica_id": "rfe12d8b9597", "audio_url": url}, "audio_url"),
        ("/v2/personas", {"system_prompt": "x", "layers": {"llm": {"model": "m", "base_url": url}}}, "base_url"),
    ):
        text = refused(await target.call("POST", path, body), 400)
        assert field in text or "\\x00" in text, (path, text)


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/latest/meta-data/", "http://10.0.0.1/", "http://172.16.0.1/", "http://192.168.0.1/", "http://100.64.0.1/",
        "http://[::ffff:169.254.169.254]/", "http://[::ffff:a00:1]/", "http://[64:ff9b::a00:1]/", "http://[2002:a00:1::]/",
        "http://[fd00:ec2::254]/", "http://[fe80::1]/", "http://0.0.0.0/", "http://168.63.129.16/", "http://private.example/",
    ],
)  # fmt: skip
async def test_no_callback_reaches_this_network(target: Target, url: str) -> None:
    answer = await target.call("POST", "/v2/conversations", {"replica_id": "rfe12d8b9597", "callback_url": url})
    if answer.status != 200:
        assert "callback_url" in refused(answer, 400)
        return
    conversation_id = json.loads(answer.body)["conversation_id"]
    deliveries = await target.deliveries(conversation_id)
    assert deliveries
    assert {entry.status for entry in deliveries} == {"failed"}
    assert all("address" in (entry.last_error or "") for entry in deliveries)


async def test_a_callback_follows_no_redirect(target: Target, internal: Internal) -> None:
    url = f"http://127.0.0.1:{internal.port}/redirect"
    answer = await target.call("POST", "/v2/conversations", {"replica_id": "rfe12d8b9597", "callback_url": url})
    conversation_id = json.loads(answer.body)["conversation_id"]
    [told] = await target.deliveries(conversation_id)
    assert "307" in (told.last_error or "")
    assert set(internal.paths) == {"/redirect"}


async def test_a_fetch_is_led_into_this_network_neither_by_redirect_nor_by_a_name_that_changes(
    internal: Internal, tmp_path: Path
) -> None:
    """The site is allowed under one address of this machine only; `127.0.0.1` stands for the network behind it."""
    policy = NetworkPolicy(allow_hosts=("127.0.0.2",))
    answers = ["127.0.0.2", "127.0.0.1"]

    async def rebinding(host: str, port: int) -> list[Address]:
        if host == "rebind.example":
            return [ipaddress.ip_address(answers.pop(0) if len(answers) > 1 else answers[0])]
        return [ipaddress.ip_address(host)]

    async def fetch(path: str, host: str) -> None:
        url = f"http://{host}:{internal.port}{path}"
        await fetch_to_file(policy, url, tmp_path / "f", most_bytes=1000, limit_s=5, resolver=rebinding)

    with pytest.raises(NetworkRefusedError):
        await fetch("/redirect", "127.0.0.2")
    await fetch("/first", "rebind.example")
    with pytest.raises(NetworkRefusedError):
        await fetch("/second", "rebind.example")
    with pytest.raises((NetworkRefusedError, FetchError)):
        await fetch("/third", "2130706434")
    assert internal.paths == ["/redirect", "/first"]
