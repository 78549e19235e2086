"""Prompts are the template's own words and, marked as untrusted, what people said."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import ModelUnavailableError
from engine.layers.llm.chat_template import ChatTemplate, Piece, alternating
from engine.layers.llm.protocol import Message, Role

CHATML = (
    "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n'}}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
TRIMMING = "{{ bos_token }}{% for m in messages %}[{{ m.role }}]{{ m['content'] | trim }}{{ eos_token }}{% endfor %}[assistant]"
STRICT = (
    "{% for m in messages %}"
    "{% if m.role == 'system' %}{{ raise_exception('System role not supported') }}{% endif %}"
    "{% if (m.role == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('Roles must alternate') }}{% endif %}"
    "<{{ m.role }}>{{ m.content }}</{{ m.role }}>"
    "{% endfor %}<assistant>"
)

roles = st.sampled_from(["system", "user", "assistant"])
conversations = st.lists(st.builds(Message, roles, st.text()), max_size=8)


def text(pieces: list[Piece]) -> str:
    return "".join(piece.text for piece in pieces)


def test_renders_as_the_template_says() -> None:
    pieces = ChatTemplate(CHATML).render([Message("system", "Be brief."), Message("user", "Hello!")])
    assert pieces == [
        Piece("<|im_start|>system\n", trusted=True),
        Piece("Be brief.", trusted=False),
        Piece("<|im_end|>\n<|im_start|>user\n", trusted=True),
        Piece("Hello!", trusted=False),
        Piece("<|im_end|>\n<|im_start|>assistant\n", trusted=True),
    ]


@given(messages=conversations)
def test_contents_never_become_trusted(messages: list[Message]) -> None:
    pieces = ChatTemplate(CHATML).render(messages)
    assert [piece.text for piece in pieces if not piece.trusted] == [
        message.content.strip() for message in messages if message.content.strip()
    ]
    frame = "".join(f"<|im_start|>{message.role}\n<|im_end|>\n" for message in messages) + "<|im_start|>assistant\n"
    assert text([piece for piece in pieces if piece.trusted]) == frame


@given(messages=conversations)
def test_a_beginning_of_a_conversation_is_a_beginning_of_its_prompt(messages: list[Message]) -> None:
    template = ChatTemplate(CHATML)
    end = "<|im_start|>assistant\n"
    whole = text(template.render(messages))
    for count in range(len(messages)):
        assert whole.startswith(text(template.render(messages[:count])).removesuffix(end))


def test_contents_are_no_template_code() -> None:
    said = "{{ 7 * 7 }} {% raw %} {{ messages[0].role }}"
    assert said in text(ChatTemplate(CHATML).render([Message("user", said)]))


def test_begin_and_end_tokens_are_known_to_the_template() -> None:
    pieces = ChatTemplate(TRIMMING, begin="<s>", end="</s>").render([Message("user", "  Hello </s> ")])
    assert pieces == [
        Piece("<s>[user]", trusted=True),
        Piece("Hello </s>", trusted=False),
        Piece("</s>[assistant]", trusted=True),
    ]


def test_a_template_that_wants_strict_turns_gets_them() -> None:
    messages = [
        Message("system", "Be brief."),
        Message("assistant", "Welcome!"),
        Message("user", "One."),
        Message("user", "Two."),
    ]
    assert text(ChatTemplate(STRICT).render(messages)) == (
        "<user>Be brief.</user><assistant>Welcome!</assistant><user>One.\nTwo.</user><assistant>"
    )


@given(messages=conversations)
def test_alternating_alternates_and_loses_nothing(messages: list[Message]) -> None:
    turns = alternating(messages)
    expected: list[Role] = ["user", "assistant"]
    assert [turn.role for turn in turns] == [expected[index % 2] for index in range(len(turns))]
    assert turns[0].content
    everything = "\n".join(turn.content for turn in turns)
    assert all(message.content.strip() in everything for message in messages)


def test_a_template_that_does_not_compile_is_an_error() -> None:
    with pytest.raises(ModelUnavailableError, match="does not compile"):
        ChatTemplate("{% for message in %}")


def test_a_template_that_always_fails_is_an_error() -> None:
    template = ChatTemplate("{{ raise_exception('never') }}")
    with pytest.raises(ModelUnavailableError, match="never"):
        template.render([Message("user", "Hello")])


@pytest.mark.parametrize("attack", ["{{ ''.__class__.__mro__ }}", "{{ messages.append(1) }}", "{{ range(10 ** 9) }}"])
def test_a_hostile_template_stays_in_its_sandbox(attack: str) -> None:
    with pytest.raises(ModelUnavailableError):
        ChatTemplate(attack).render([Message("user", "Hello")])
