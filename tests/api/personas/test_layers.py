"""The layers of a persona: every field is kept, every wrong value is named."""

import re
from typing import Any

import httpx
import pytest
from fastapi.exceptions import RequestValidationError
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from engine.api.contract.errors import validation_text
from engine.api.personas.bodies import PersonaCreate
from engine.api.personas.layers import Layers
from engine.errors import InvalidInputError
from engine.store.opening import Store
from tests.api.conftest import refusal
from tests.api.personas.layer_values import FRACTIONS, TOOL, TRUTHS, WHOLE, WORDS

JUNK = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12) | st.lists(st.text(), max_size=2)


def nested(path: str, value: object) -> dict[str, Any]:
    for name in reversed(path.split(".")):
        value = {name: value}
    assert isinstance(value, dict)
    return value


def read(layers: dict[str, Any]) -> dict[str, Any]:
    return Layers.model_validate(layers).model_dump(exclude_unset=True, exclude_none=True)


def refused(path: str, value: object) -> str:
    """Return the text with which a persona with this value is refused."""
    try:
        PersonaCreate.model_validate({"system_prompt": "x", "layers": nested(path, value)})
    except ValidationError as error:
        return validation_text(RequestValidationError(error.errors()))
    except InvalidInputError as error:
        return str(error)
    raise AssertionError(f"{path} takes {value!r}")


async def test_the_answer_to_a_wrong_value_names_it(client: httpx.AsyncClient) -> None:
    wrong: list[tuple[str, object]] = [("tts.voice_settings.stability", 2), ("llm.model", "x"), ("stt", "x")]
    for path, value in wrong:
        response = await client.post("/v2/personas", json={"system_prompt": "x", "layers": nested(path, value)})
        assert refusal(response, 400) == refused(path, value)


async def test_every_field_of_every_layer_comes_back(client: httpx.AsyncClient, store: Store) -> None:
    dictionary = await store.pronunciation_dictionaries.create("d", {"rules": []}, status="active")
    layers = {**WHOLE, "tts": {**WHOLE["tts"], "pronunciation_dictionary_id": dictionary.resource_id}}
    for name, field in Layers.model_fields.items():
        [model] = [kind for kind in field.annotation.__args__ if kind is not type(None)]  # type: ignore[union-attr]
        assert set(layers[name]) == set(model.model_fields), name
    made = await client.post("/v2/personas", json={"system_prompt": "x", "layers": layers})
    assert made.status_code == 200, made.text
    assert (await client.get(f"/v2/personas/{made.json()['persona_id']}")).json()["layers"] == layers


def test_fields_and_layers_that_nobody_knows_are_kept() -> None:
    layers = {"memory": {"kind": "long"}, "stt": {"tempo": None, "later": {"a": None}}}
    assert read(layers) == {"memory": {"kind": "long"}, "stt": {"later": {"a": None}}}


@pytest.mark.parametrize(("path", "word"), [(path, word) for path, words in WORDS.items() for word in words])
def test_every_word_is_taken_in_any_case_and_kept_as_given(path: str, word: str) -> None:
    for spelled in (word, word.upper(), word.title()):
        assert read(nested(path, spelled)) == nested(path, spelled)


@pytest.mark.parametrize("path", WORDS)
@pytest.mark.parametrize("value", ["loud", "", 7, ["low"], True])
def test_another_word_is_refused_with_the_accepted_ones(path: str, value: object) -> None:
    text = refused(path, value)
    assert text.startswith(f"layers.{path}: {value!r} is not accepted; one of "), text
    assert all(word in text for word in WORDS[path])


@pytest.mark.parametrize("path", WORDS)
@given(value=JUNK)
def test_any_other_value_of_a_word_is_refused(path: str, value: object) -> None:
    if value is None or (isinstance(value, str) and value.strip().lower() in WORDS[path]):
        return
    with pytest.raises(ValidationError, match="one of "):
        Layers.model_validate(nested(path, value))


@pytest.mark.parametrize("path", FRACTIONS)
@given(value=st.floats() | st.integers() | st.text(max_size=4) | st.booleans())
def test_a_fraction_is_a_number_from_0_to_1(path: str, value: object) -> None:
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1:
        assert read(nested(path, value)) == nested(path, value)
    else:
        with pytest.raises(ValidationError, match=r"a number from 0\.0 to 1\.0 is"):
            Layers.model_validate(nested(path, value))


@pytest.mark.parametrize("path", FRACTIONS)
def test_a_fraction_out_of_range_is_named(path: str) -> None:
    assert refused(path, 1.5) == f"layers.{path}: 1.5 is not accepted; a number from 0.0 to 1.0 is"


@pytest.mark.parametrize("path", TRUTHS)
def test_true_and_false_are_taken_as_words_too(path: str) -> None:
    for value in (True, False, "true", "False"):
        assert read(nested(path, value)) == nested(path, value)
    assert refused(path, 1) == f"layers.{path}: 1 is not accepted; true or false is"


@pytest.mark.parametrize(
    "model",
    [
        "tavus-gpt-oss",
        "tavus-gpt-4o",
        "tavus-gpt-4o-mini",
        "tavus-llama",
        "tavus-llama-4",
        "tavus-llama-3-8b",
        "TAVUS-X",
    ],
)
def test_hosted_chat_models_need_no_server(model: str) -> None:
    assert read({"llm": {"model": model}}) == {"llm": {"model": model}}


@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        ("llm.model", "gpt-4o", r"layers\.llm\.model: 'gpt-4o'.*tavus-\*.*base_url"),
        ("llm.model", "", r"layers\.llm\.model: ''"),
        ("llm.base_url", "file:///etc/passwd", r"layers\.llm\.base_url: .*http:// or https://"),
        ("llm.base_url", "http://user:pw@llm.example/v1", r"layers\.llm\.base_url: "),
        ("llm.base_url", "http://2130706433/v1", r"layers\.llm\.base_url: "),
        ("llm.api_key", 5, r"layers\.llm\.api_key is not accepted"),
        ("llm.tools", {"name": "x"}, r"layers\.llm\.tools: .*list"),
        ("llm.tools", ["note"], r"layers\.llm\.tools\.0: 'note'.*an object is"),
        ("llm.tools", [TOOL, {"type": "function"}], r"layers\.llm\.tools\.1: .*name"),
        ("llm.tools", [{"type": "search", "function": {"name": "x"}}], r"layers\.llm\.tools\.0: .*function"),
        ("llm.tools", [{"function": {"name": "x" * 65}}], r"layers\.llm\.tools\.0: .*64"),
        ("llm.tools", [{"function": {"name": "x", "description": 1}}], r"layers\.llm\.tools\.0: .*description"),
        ("llm.tools", [{"function": {"name": "x", "parameters": "none"}}], r"tools\.0: .*parameters"),
        ("llm.headers", {"X-Lamp": "on\r\nHost: x"}, r"layers\.llm\.headers: 'X-Lamp'"),
        ("llm.headers", {"X Lamp": "on"}, r"layers\.llm\.headers: 'X Lamp'"),
        ("llm.headers", {"X-Lamp": 1}, r"layers\.llm\.headers\.X-Lamp: 1"),
        ("llm.headers", "X-Lamp: on", r"layers\.llm\.headers: "),
        ("llm.extra_body", {"temperature": 2.5}, r"layers\.llm\.extra_body\.temperature: 2\.5.*0\.0 to 2\.0"),
        ("llm.extra_body", {"top_p": "all"}, r"layers\.llm\.extra_body\.top_p: 'all'.*0\.0 to 1\.0"),
        ("llm.extra_body", [1], r"layers\.llm\.extra_body: "),
        ("llm.default_query", {"v": ["1"]}, r"layers\.llm\.default_query\.v: .*a text"),
        ("tts.voice_settings", "fast", r"layers\.tts\.voice_settings: 'fast'.*object"),
        ("tts.voice_settings.pitch", 6.5, r"layers\.tts\.voice_settings\.pitch: 6\.5.*-6\.0 to 6\.0"),
        ("tts.voice_settings.volume", 0, r"layers\.tts\.voice_settings\.volume: 0.*0\.5 to 2\.0"),
        ("tts.voice_settings.speed", 1.3, r"layers\.tts\.voice_settings\.speed: 1\.3.*-1 to 1\.2"),
        ("tts.voice_settings.speed", "quick", r"layers\.tts\.voice_settings\.speed: 'quick'.*slow, normal, fast"),
        ("tts.voice_settings.speed", [1], r"layers\.tts\.voice_settings\.speed: \[1\].*normal"),
        ("tts.voice_settings.emotion", ["positivity:huge"], r"layers\.tts\.voice_settings\.emotion: .*highest"),
        ("tts.voice_settings.emotion", [1], r"layers\.tts\.voice_settings\.emotion: "),
        ("tts.external_voice_id", 1, r"layers\.tts\.external_voice_id: 1"),
        ("tts.voice_id", {}, r"layers\.tts\.voice_id: "),
        ("tts.tts_model_name", [], r"layers\.tts\.tts_model_name: "),
        ("perception.ambient_awareness_queries", "Is it on?", r"ambient_awareness_queries: 'Is it on\?'.*list"),
        ("perception.perception_analysis_queries", [1], r"perception_analysis_queries\.0: 1"),
        ("perception.visual_awareness_queries", {}, r"visual_awareness_queries: "),
        ("perception.audio_awareness_queries", 3, r"audio_awareness_queries: 3"),
        ("perception.perception_tool_prompt", [], r"perception_tool_prompt: "),
        ("perception.visual_tool_prompt", 1, r"visual_tool_prompt: 1"),
        ("perception.audio_tool_prompt", 1, r"audio_tool_prompt: 1"),
        ("perception.tool_prompt", 1, r"tool_prompt: 1"),
        ("perception.perception_tools", [[]], r"perception_tools\.0: "),
        ("perception.visual_tools", ["x"], r"visual_tools\.0: 'x'"),
        ("perception.audio_tools", 1, r"audio_tools: 1"),
        ("stt.hotwords", ["a"], r"layers\.stt\.hotwords: \['a'\]"),
        ("conversational_flow.wake_phrase", "x" * 201, r"wake_phrase: .*200"),
        ("transport.input_settings", [], r"layers\.transport\.input_settings: "),
        ("stt", "tavus-auto", r"layers\.stt: 'tavus-auto'.*an? .*object"),
        ("perception", [], r"layers\.perception: \[\].*object"),
    ],
)
def test_what_is_wrong_is_named(path: str, value: object, told: str) -> None:
    text = refused(path, value)
    assert re.search(told, text), text


def test_the_speed_of_a_factor_engine_has_its_own_range() -> None:
    tts = {"tts_engine": "ElevenLabs", "voice_settings": {"speed": 0.5}}
    assert "0.7 to 1.2" in refused("tts", tts)
    assert read({"tts": {"voice_settings": {"speed": 0.5}}})


def test_a_header_with_a_key_is_not_repeated_in_an_error() -> None:
    text = refused("llm.headers", {"X-Other-Key": "sk-very-secret\n"})
    assert "sk-very-secret" not in text


LAYER_BODIES = st.dictionaries(
    st.sampled_from(sorted(WHOLE)),
    st.sampled_from([name for layer in WHOLE.values() for name in layer]).flatmap(
        lambda name: st.fixed_dictionaries(
            {name: JUNK | st.sampled_from([value for layer in WHOLE.values() for value in layer.values()])}
        )
    ),
)


@given(LAYER_BODIES)
def test_whatever_is_sent_is_read_or_refused(layers: dict[str, Any]) -> None:
    try:
        Layers.model_validate(layers)
    except (ValidationError, InvalidInputError):
        return
