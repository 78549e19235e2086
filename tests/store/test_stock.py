"""The stock: the ids that documents and clients name, each with what it needs, in our own words."""

import os
import re
from collections import Counter
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from engine.store.listing import Window
from engine.store.opening import Store, open_store
from engine.store.resources import ResourceRepository
from engine.store.stock import DEFAULT_PERSONA_ID, DEFAULT_REPLICA_ID, Stock, StockSet, load_stock

REPLICA_IDS = [
    "r18e9aebdc33",
    "r1a4e22fa0d9",
    "r1af76e94d00",
    "r3fbe3834a3e",
    "r4317e64d25a",
    "r4c41453d2",
    "r665388ec672",
    "r6ae5b6efc9d",
    "r79e1c033f",
    "r7bc3db0d581",
    "r90105daccb4",
    "r95fd27b5a37",
    "r9d30b0e55ac",
    "ra066ab28864",
    "ra54d1d861",
    "ra5ed77426",
    "rb11617de314",
    "rb17cf590e15",
    "rb67667672ad",
    "rbb0f535dd",
    "rc2146c13e81",
    "re0eae1fbe11",
    "re2185788693",
    "ref226fe7e",
    "rf25acd9e3f5",
    "rf4703150052",
    "rfb51183fe",
    "rfcfe46c1da8",
    "rfe12d8b9597",
]

PERSONA_IDS = [
    "p2fbd605",
    "p3bb4745d4f9",
    "p48fdf065d6b",
    "p596401c2cf9",
    "p5d11710002a",
    "p7fb0be3",
    "p88964a7",
    "p9a95912",
    "pb8bb46b",
    "pc55154f229a",
    "pd43ffef",
    "pdced222244b",
    "pe13ed370726",
]

USE_CASES = {
    "AI Interviewer",
    "Customer Service Agent",
    "Personal Doctor",
    "Personal Skin Doctor",
    "History Teacher",
    "Sales Coach",
    "Researcher",
}

WOMEN = {"nia", "ada"}
MEN = {"bruno", "ravi"}
NAMES_OF_MEN = {
    *("Patrick", "Martin", "Benjamin", "Nathan", "Daniel", "Felix"),
    *("Charlie", "Simon", "Nicholas", "Oliver", "Leo"),
}
ROOMS = {
    "studio": {"cyclorama", "slate", "sunlit", "dusk"},
    "office": {"daylight", "library", "glass", "skyline"},
    "casual": {"living-room", "kitchen", "cafe", "evening", "garden"},
    "background": {"green"},
    "default": {"daylight"},
}

SHARED_WORDS = 8
"""So many words in a row are a sentence that was copied."""


@pytest.fixture
def stock() -> Stock:
    return load_stock()


def seeds() -> list[Path]:
    beside = Path(__file__).parents[3] / "shared"
    folder = Path(os.environ.get("VISAVIS_SHARED", beside))
    return sorted(folder.glob("seeds/*.txt")) + sorted(folder.glob("contract/*.yml"))


def texts(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            for inner in value.values():
                yield from texts(inner)
        case list() | tuple():
            for inner in value:
                yield from texts(inner)


def runs(text: str) -> set[tuple[str, ...]]:
    words = re.findall(r"[a-z0-9']+", text.lower())
    return {tuple(words[start : start + SHARED_WORDS]) for start in range(len(words) - SHARED_WORDS + 1)}


def everything(stock: Stock) -> list[Any]:
    personas = [(persona.persona_name, persona.fields) for persona in stock.personas]
    return [personas, stock.objectives, stock.guardrails]


def test_every_id_that_documents_and_clients_name_is_there_once(stock: Stock) -> None:
    replicas = [replica.replica_id for replica in stock.replicas]
    personas = [persona.persona_id for persona in stock.personas]
    assert (len(REPLICA_IDS), len(PERSONA_IDS)) == (29, 13)
    assert {*REPLICA_IDS, DEFAULT_REPLICA_ID} == set(replicas)
    assert {*PERSONA_IDS, DEFAULT_PERSONA_ID, "pipecat0"} <= set(personas)
    assert "o12345" in {set_id for set_id, _, _ in stock.objectives}
    assert "g12345" in {set_id for set_id, _, _ in stock.guardrails}
    for ids in (replicas, personas):
        assert len(ids) == len(set(ids))


@pytest.mark.skipif(not seeds(), reason="the documents are not beside the checkout")
def test_no_id_of_the_documents_is_missing_in_the_lists_above() -> None:
    named = {
        found
        for path in seeds()
        if path.suffix == ".txt"
        for found in re.findall(r"\b[rp][0-9a-f]{7,11}\b", path.read_text("utf-8"))
    }
    assert named == {*REPLICA_IDS, *PERSONA_IDS}


def test_own_ids_have_the_shapes_that_clients_know(stock: Stock) -> None:
    for persona in stock.personas:
        assert re.fullmatch(r"p[0-9a-f]{7,11}|pipecat0", persona.persona_id)
    for kind, sets in (("o", stock.objectives), ("g", stock.guardrails)):
        for set_id, _, _ in sets:
            assert re.fullmatch(rf"{kind}(12345|[0-9a-f]{{11}})", set_id)


def test_every_persona_has_a_face_and_names_only_what_exists(stock: Stock) -> None:
    replicas = {replica.replica_id for replica in stock.replicas}
    objectives = {set_id for set_id, _, _ in stock.objectives}
    guardrails = {set_id for set_id, _, _ in stock.guardrails}
    for persona in stock.personas:
        assert persona.fields["default_replica_id"] in replicas
        assert persona.fields.get("objectives_id", "o12345") in objectives
        assert persona.fields.get("guardrails_id", "g12345") in guardrails
    personas = {persona.persona_id for persona in stock.personas}
    for replica in stock.replicas:
        assert replica.fields.get("default_persona", DEFAULT_PERSONA_ID) in personas


def test_no_two_replicas_look_alike(stock: Stock) -> None:
    seen = [(replica.fields["presenter"], replica.fields["backdrop"]) for replica in stock.replicas]
    assert len(seen) == len(set(seen)) == 30
    assert Counter(presenter for presenter, _ in seen).keys() == WOMEN | MEN
    assert min(Counter(presenter for presenter, _ in seen).values()) >= 6


def test_every_replica_stands_before_a_backdrop_of_its_category(stock: Stock) -> None:
    shipped = {file.name.removesuffix(".webp") for file in (files("models") / "backdrops").iterdir()}
    for replica in stock.replicas:
        backdrop, category = replica.fields["backdrop"], replica.fields["category"]
        assert backdrop in ROOMS[category], replica.replica_id
        assert backdrop in shipped | {"green"}


def test_name_presenter_and_voice_are_of_one_sex(stock: Stock) -> None:
    for replica in stock.replicas:
        man = replica.fields["presenter"] in MEN
        assert man == (replica.replica_name in NAMES_OF_MEN), replica.replica_id
        # The usual voice is a woman's.
        assert replica.fields.get("default_voice") == ("en_US-hugo-medium" if man else None)


def test_the_voices_that_replicas_name_are_shipped(stock: Stock) -> None:
    named = {replica.fields["default_voice"] for replica in stock.replicas if "default_voice" in replica.fields}
    assert named <= {entry.name for entry in (files("models") / "voices").iterdir()}


def test_each_use_case_has_objectives_and_guardrails_of_its_own(stock: Stock) -> None:
    personas = {persona.persona_name: persona for persona in stock.personas}
    assert personas.keys() >= USE_CASES
    of_use_cases = [personas[name].fields for name in USE_CASES]
    assert len({fields["objectives_id"] for fields in of_use_cases}) == len(USE_CASES)
    assert len({fields["guardrails_id"] for fields in of_use_cases}) == len(USE_CASES)
    intake = personas["Healthcare Intake Assistant"]
    assert intake.persona_id == "p5d11710002a"
    assert (intake.fields["objectives_id"], intake.fields["guardrails_id"]) == ("o12345", "g12345")


@pytest.mark.parametrize(
    ("name", "layer", "tool", "parameters"),
    [
        ("Customer Service Agent", "llm", "resolve_customer_issue", ["product", "issue_description", "urgency"]),
        ("Customer Service Agent", "perception", "user_emotional_state", ["emotional_state", "indicator"]),
        ("Personal Doctor", "llm", "get_cures", ["disease"]),
        ("Personal Skin Doctor", "llm", "get_skin_cures", ["disease"]),
        ("Personal Skin Doctor", "perception", "acne_detected", ["have_acne"]),
    ],
)
def test_the_tools_of_the_use_cases_have_the_names_that_their_receivers_know(
    stock: Stock, name: str, layer: str, tool: str, parameters: list[str]
) -> None:
    [persona] = [persona for persona in stock.personas if persona.persona_name == name]
    [entry] = persona.fields["layers"][layer]["tools" if layer == "llm" else "perception_tools"]
    assert (entry["type"], entry["function"]["name"]) == ("function", tool)
    assert entry["function"]["parameters"]["required"] == parameters
    assert list(entry["function"]["parameters"]["properties"]) == parameters
    assert entry["function"]["description"]


def test_prompts_are_short_for_they_are_read_by_small_models(stock: Stock) -> None:
    for persona in stock.personas:
        if persona.fields["pipeline_mode"] == "echo":
            continue
        assert 0 < len(persona.fields["system_prompt"].split()) < 60, persona.persona_name
        assert len(persona.fields["context"].split()) < 50, persona.persona_name


def test_the_name_of_the_cloud_vendor_is_nowhere_but_in_model_names(stock: Stock) -> None:
    for text in texts(everything(stock)):
        assert "tavus" not in text.lower() or text.startswith("tavus-"), text


@pytest.mark.skipif(not seeds(), reason="the documents are not beside the checkout")
def test_no_sentence_is_taken_from_the_documents(stock: Stock) -> None:
    theirs = set().union(*(runs(path.read_text("utf-8")) for path in seeds()))
    assert len(theirs) > 10_000
    for text in texts(everything(stock)):
        assert not runs(text) & theirs, text


async def test_all_of_it_is_installed_as_stock(store: Store, stock: Stock) -> None:
    everyone = Window(limit=-1)
    personas = await store.personas.page(everyone, persona_type="system")
    replicas = await store.replicas.page(everyone, replica_type="system")
    assert {record.persona_id: record.fields for record in personas.records} == {
        persona.persona_id: persona.fields for persona in stock.personas
    }
    assert {record.replica_id: record.replica_name for record in replicas.records} == {
        replica.replica_id: replica.replica_name for replica in stock.replicas
    }
    assert await _installed(store.objectives) == _shipped(stock.objectives)
    assert await _installed(store.guardrails) == _shipped(stock.guardrails)


async def test_opening_again_changes_nothing(store: Store, home: Path) -> None:
    before = (await store.objectives.page(Window(limit=-1))).records
    await store.close()
    again = await open_store(home)
    assert (await again.objectives.page(Window(limit=-1))).records == before
    await again.close()


def test_the_tables_are_shipped_as_package_data() -> None:
    tables = {entry.name for entry in files("engine.store.stock_tables").iterdir() if entry.name.endswith(".toml")}
    assert tables == {"guardrails.toml", "objectives.toml", "personas.toml", "replicas.toml", "use_cases.toml"}


async def _installed(repository: ResourceRepository) -> dict[str, tuple[str, dict[str, Any]]]:
    page = await repository.page(Window(limit=-1), origin="system", status="active")
    return {record.resource_id: (record.name, record.fields) for record in page.records}


def _shipped(sets: list[StockSet]) -> dict[str, tuple[str, dict[str, Any]]]:
    return {set_id: (name, fields) for set_id, name, fields in sets}
