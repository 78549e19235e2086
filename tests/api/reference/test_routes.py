"""The description as it is served."""

import base64
import hashlib
import hmac
import re
import time
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

import httpx
import pytest
import yaml

from engine.api.contract.hosted_models import HOSTED_PARTS
from engine.api.dependencies import ApiDependencies
from engine.api.reference.guides import load_guides
from engine.webhooks.signing import Signer
from tests.api.conftest import BASE_URL, refusal


class Page(HTMLParser):
    """What a page refers to and what can be referred to in it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.anchors: list[str] = []
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.inline_scripts = 0
        self.handlers: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.handlers += [name for name in given if name.startswith("on") or name == "style"]
        if "id" in given:
            self.anchors.append(given["id"])
        if tag == "a":
            self.links.append(given["href"])
        elif tag == "script" and "src" not in given:
            self.inline_scripts += 1
        elif "src" in given or tag == "link":
            self.loaded.append(given.get("src") or given["href"])


async def test_json_and_yaml_say_the_same(stranger: httpx.AsyncClient) -> None:
    as_json = await stranger.get("/openapi.json")
    as_yaml = await stranger.get("/openapi.yaml")
    assert as_json.headers["content-type"] == "application/json"
    assert as_yaml.headers["content-type"] == "application/yaml"
    assert as_json.json() == yaml.safe_load(as_yaml.text)
    assert as_json.json()["servers"][0]["url"] == BASE_URL


async def test_the_document_is_made_once(stranger: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    first = await stranger.get("/openapi.json")

    def fail(*_: object) -> None:
        raise AssertionError("made again")

    monkeypatch.setattr("engine.api.app.build_document", fail)
    assert (await stranger.get("/openapi.json")).content == first.content
    assert (await stranger.get("/docs")).status_code == 200


async def test_the_page_loads_nothing_from_elsewhere_and_runs_nothing_inline(stranger: httpx.AsyncClient) -> None:
    response = await stranger.get("/docs")
    page = Page(response.text)
    policy = response.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy
    assert page.inline_scripts == 0
    assert page.handlers == []
    for address in page.loaded:
        assert address.startswith(("/docs/static/", "data:"))
        if address.startswith("/"):
            assert (await stranger.get(address)).status_code == 200


async def test_every_link_into_the_page_leads_somewhere(stranger: httpx.AsyncClient) -> None:
    page = Page((await stranger.get("/docs")).text)
    assert len(set(page.anchors)) == len(page.anchors)
    assert {link[1:] for link in page.links if link.startswith("#")} - set(page.anchors) == set()
    index = (await stranger.get("/llms.txt")).text
    assert set(re.findall(r"/docs#([\w-]+)\)", index)) - set(page.anchors) == set()


async def test_page_and_texts_tell_of_every_operation_callback_and_guide(
    stranger: httpx.AsyncClient, dependencies: ApiDependencies, document: dict[str, Any]
) -> None:
    texts = {path: (await stranger.get(path)).text for path in ("/docs", "/llms.txt", "/llms-full.txt")}
    texts["/docs"] = texts["/docs"].replace("<wbr>", "")
    for path, item in document["paths"].items():
        assert path in texts["/docs"]
        assert path in texts["/llms-full.txt"]
        for method, operation in item.items():
            if "x-alias-of" not in operation:
                assert f"`{method.upper()} {path}`" in texts["/llms.txt"]
    for name in document["webhooks"]:
        assert name in texts["/docs"]
        assert name in texts["/llms-full.txt"]
    for guide in load_guides(BASE_URL, dependencies.settings):
        assert guide.markdown in texts["/llms-full.txt"]
        assert f'id="{guide.anchor}"' in texts["/docs"]


async def test_texts_for_language_models_are_markdown(stranger: httpx.AsyncClient) -> None:
    for path in ("/llms.txt", "/llms-full.txt"):
        response = await stranger.get(path)
        assert response.headers["content-type"] == "text/markdown; charset=utf-8"
        assert response.text.startswith("# Visavis")
        assert "{{" not in response.text
        assert "&#39;" not in response.text


async def test_commands_name_this_server_and_no_key(stranger: httpx.AsyncClient) -> None:
    text = (await stranger.get("/llms-full.txt")).text
    assert f"curl -X POST {BASE_URL}/v2/conversations" in text
    assert set(re.findall(r'x-api-key: ([^"]+)"', text)) == {"$VISAVIS_API_KEY"}


async def test_files_beside_the_page_are_the_known_ones(stranger: httpx.AsyncClient) -> None:
    assert refusal(await stranger.get("/docs/static/docs.html.jinja"), 404)
    assert refusal(await stranger.get("/docs/static/..%2fopenapi.py"), 404)


async def test_the_guides_name_every_hosted_part(dependencies: ApiDependencies) -> None:
    models = next(guide for guide in load_guides(BASE_URL, dependencies.settings) if guide.anchor == "guide-models")
    for part in HOSTED_PARTS:
        assert part.local in models.markdown
        assert all(f"`{name}`" in models.markdown for name in part.names)


async def test_the_sample_in_the_guide_verifies_a_callback_of_ours(dependencies: ApiDependencies) -> None:
    text = next(guide for guide in load_guides(BASE_URL, dependencies.settings) if guide.anchor == "guide-webhooks")
    sample = re.search(r"```python\n(.*?)```", text.markdown, re.DOTALL)
    assert sample is not None
    namespace: dict[str, Any] = {"base64": base64, "hashlib": hashlib, "hmac": hmac}
    exec(sample[1], namespace)
    is_genuine: Callable[..., bool] = namespace["is_genuine"]
    signer = Signer(b"k" * 32)
    body = b'{"event_type": "system.shutdown"}'
    headers = signer.headers("msg_1", time.time(), body)
    assert is_genuine(headers, body, signer.secret)
    assert not is_genuine(headers, body + b" ", signer.secret)
    assert not is_genuine(signer.headers("msg_1", time.time() - 3600, body), body, signer.secret)
    assert not is_genuine(headers, body, Signer(b"x" * 32).secret)
