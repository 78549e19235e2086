"""Models for voice cloning: gated, in two repositories, and nobody's by default."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from models.catalogue import HubSource, load_catalogue
from models.errors import PullError
from models.store import ModelStore
from models.tiers import Tier
from tests.models.hub_server import HubServer, Request
from tests.models.making import fetcher, file_of, model, puller, some_bytes

WEIGHTS, TOKENIZER = some_bytes(5000, 1), some_bytes(300, 2)
GATED, OPEN = "/owner/gated/resolve/r1/en/model.safetensors", "/owner/open/resolve/r2/en/tokenizer.json"
MODEL = model(
    "pocket-tts-tiny",
    (
        file_of("model.safetensors", WEIGHTS, known=False, exact=False),
        file_of("tokenizer.json", TOKENIZER, known=False),
    ),
    task="voice_cloning",
    sources=(
        HubSource("owner/gated", "r1", {"model.safetensors": "en/model.safetensors"}),
        HubSource("owner/open", "r2", {"tokenizer.json": "en/tokenizer.json"}),
    ),
)


@pytest.fixture
def hub() -> Iterator[HubServer]:
    server = HubServer()
    server.content = {GATED: WEIGHTS, OPEN: TOKENIZER}
    yield server
    server.close()


def test_what_ships_has_one_for_each_of_its_languages_and_suggests_none() -> None:
    catalogue = load_catalogue()
    known = [entry for entry in catalogue.models if entry.task == "voice_cloning"]
    assert {code for entry in known for code in entry.languages} == {"en", "de", "es", "fr", "it", "pt", "nl"}
    assert all(entry.licence.startswith("CC-BY-4.0") and not entry.default for entry in known)
    assert not {entry.task for tier in Tier for entry in catalogue.suggested(tier)} & {"voice_cloning"}


def test_the_files_come_from_two_repositories(hub: HubServer, home: Path) -> None:
    store = ModelStore(home)
    assert puller(store, hub).pull(MODEL)
    folder = store.checked(MODEL.name)
    assert (folder / "model.safetensors").read_bytes() == WEIGHTS
    assert (folder / "tokenizer.json").read_bytes() == TOKENIZER


def test_one_repository_alone_makes_no_model(hub: HubServer, home: Path) -> None:
    del hub.content[GATED]
    with pytest.raises(PullError, match="owner/gated"):
        puller(ModelStore(home), hub).pull(MODEL)
    assert ModelStore(home).installed() == []


def test_a_gated_file_says_where_to_accept_its_terms_and_how_to_go_on(hub: HubServer, home: Path) -> None:
    hub.faults = [lambda request: Request.answer(request, 401, b"")]
    with pytest.raises(
        PullError, match=r"accept the terms on http://127.0.0.1:\d+/owner/gated, then set HF_TOKEN .*pull --from FOLDER"
    ):
        puller(ModelStore(home), hub).pull(MODEL)


def test_the_token_goes_to_the_hub_and_to_nobody_else(hub: HubServer, home: Path) -> None:
    other = HubServer()
    try:
        other.content = {"/elsewhere": WEIGHTS}
        redirected: list[str] = []

        def redirect(request: Request) -> None:
            redirected.append(request.path)
            request.answer(302, b"", {"Location": f"{hub.url}/moved"})

        hub.content["/moved"] = WEIGHTS
        hub.faults = [redirect]
        asking = replace(puller(ModelStore(home), hub), hub=replace(fetcher(hub), token="hf_secret"))
        asking.pull(MODEL)
        assert redirected == [GATED]
        assert set(hub.authorised) == {"Bearer hf_secret"}
        assert "hf_secret" not in repr(asking)
        abroad = replace(fetcher(hub), token="hf_secret")
        assert not abroad._is_hub(f"{other.url}/elsewhere")
        assert not abroad._is_hub(hub.url.replace("http://", "https://"))
    finally:
        other.close()
