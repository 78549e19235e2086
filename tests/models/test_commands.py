"""`visavis models` on the command line."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from models.commands import models
from models.store import ModelStore
from tests.models import hub_server as faults
from tests.models.hub_server import HubServer
from tests.models.making import catalogue_text, hub_model, sha256, some_bytes
from tests.models.test_store import flip_a_byte

DATA = some_bytes(50_000)


@pytest.fixture
def catalogue(hub: HubServer, tmp_path: Path) -> Path:
    first = hub_model(hub, "chat", {"a.gguf": DATA})
    second = hub_model(hub, "other", {"b.gguf": b"other"}, known=False, exact=False)
    path = tmp_path / "catalogue.toml"
    path.write_text(catalogue_text(first) + catalogue_text(second))
    return path


def run(store: ModelStore, *arguments: str, **environment: str) -> Result:
    return CliRunner().invoke(models, [*arguments], env={"VISAVIS_HOME": str(store.home), **environment})


def pull(store: ModelStore, hub: HubServer, catalogue: Path, *arguments: str) -> Result:
    return run(store, "pull", *arguments, VISAVIS_HUB_URL=hub.url, VISAVIS_CATALOGUE=str(catalogue))


def test_pull_then_where_then_remove(store: ModelStore, hub: HubServer, catalogue: Path) -> None:
    pulled = pull(store, hub, catalogue, "chat")
    assert (pulled.exit_code, pulled.stdout) == (0, "chat: pulled, 50.0 kB\n")
    assert "a.gguf  100 %  50.0 kB of 50.0 kB" in pulled.stderr
    assert run(store, "where", "chat").stdout == f"{store.path('chat')}\n"
    assert run(store, "remove", "chat").stdout == "chat: removed, 50.0 kB freed\n"
    assert run(store, "where", "chat").exit_code == 1


def test_home_is_an_option_too(store: ModelStore, hub: HubServer, catalogue: Path, tmp_path: Path) -> None:
    assert pull(store, hub, catalogue, "chat", "--home", str(tmp_path / "elsewhere")).exit_code == 0
    assert ModelStore(tmp_path / "elsewhere").verify("chat").sound


def test_the_list_says_what_is_known_and_what_is_pinned_on_first_use(
    store: ModelStore, hub: HubServer, catalogue: Path
) -> None:
    pull(store, hub, catalogue, "chat")
    lines = run(store, "list", VISAVIS_CATALOGUE=str(catalogue)).stdout.splitlines()
    assert lines[0].split() == ["NAME", "TASK", "LANGUAGES", "SIZE", "LICENCE", "TIER", "INSTALLED", "SHA256"]
    assert lines[1].split() == ["chat", "llm", "en", "50.0", "kB", "MIT", "cpu", "yes", "known"]
    assert lines[2].split()[:8] == ["other", "llm", "en", "~5", "B", "MIT", "cpu", "-"]
    assert lines[2].endswith("pinned on first use: b.gguf")


def test_the_list_as_json(store: ModelStore) -> None:
    rows = {row["name"]: row for row in json.loads(run(store, "list", "--json").stdout)}
    assert rows["smart-turn-v3.2"]["licence"] == "BSD-2-Clause"
    assert rows["smart-turn-v3.2"]["default"] is True
    assert rows["smart-turn-v3.2"]["installed"] is False


def test_the_list_for_a_machine(store: ModelStore) -> None:
    rows = json.loads(run(store, "list", "--json", "--tier", "gpu24").stdout)
    assert {row["task"] for row in rows} == {"vad", "end_of_turn", "stt", "llm", "tts"}


def test_verify_names_the_damage_and_pull_mends_it(store: ModelStore, hub: HubServer, catalogue: Path) -> None:
    pull(store, hub, catalogue, "chat")
    assert run(store, "verify").exit_code == 0
    flip_a_byte(store.blob(sha256(DATA)))
    damaged = run(store, "verify", "chat")
    assert damaged.exit_code == 1
    assert sha256(DATA) in damaged.stdout
    assert damaged.stderr == "Error: damaged; mend with: visavis models pull chat\n"
    report = json.loads(run(store, "verify", "--json").stdout)
    assert [(entry["name"], entry["sound"]) for entry in report] == [("chat", False)]
    assert pull(store, hub, catalogue, "chat").exit_code == 0
    assert run(store, "verify").exit_code == 0


def test_one_model_that_fails_does_not_keep_the_others_out(store: ModelStore, hub: HubServer, catalogue: Path) -> None:
    hub.faults = [faults.status(404)]
    result = pull(store, hub, catalogue, "chat", "other")
    assert result.exit_code == 1
    assert result.stderr.splitlines()[-1] == "Error: not pulled: chat"
    assert [model.name for model in store.installed()] == ["other"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["pull", "nonsense"], "model name: 'nonsense' is not in the catalogue"),
        (["pull", "chat", "--offline"], "not asked, offline"),
        (["pull", "chat", "--hub-url", "http://example.org"], "hub URL 'http://example.org' is not accepted; https is"),
        (["where", "../../etc"], "model name: '../../etc' is not accepted"),
        (["remove", "chat"], "model 'chat' is not in the store; fetch it with: visavis models pull chat"),
        (["verify", "chat"], "model 'chat' is not in the store"),
    ],
)
def test_what_goes_wrong_is_one_line(
    store: ModelStore, hub: HubServer, catalogue: Path, arguments: list[str], message: str
) -> None:
    result = run(store, *arguments, VISAVIS_CATALOGUE=str(catalogue))
    assert result.exit_code == 1
    assert len(result.stderr.splitlines()) == 1
    assert message in result.stderr
    assert hub.asked == []


def test_pull_without_a_name_asks_for_one(store: ModelStore) -> None:
    assert "name a model, or give --default or --tier" in run(store, "pull").stderr


def test_a_store_that_cannot_be_written_is_one_line(tmp_path: Path, hub: HubServer, catalogue: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    result = pull(ModelStore(tmp_path / "file"), hub, catalogue, "chat")
    assert result.exit_code != 0
    assert "Traceback" not in result.output
