"""What is said in a training video: the consent statement first, then a text of our own."""

from typing import Final

_CONSENT: Final = (
    "I, {name}, am currently speaking and give consent to Visavis to create a replica of me, by using the audio and video samples "
    "I provide.",
    "I understand that this replica can be used to create videos and conversations that look and sound like me.",
)

LICENCE: Final = "CC0-1.0"
"""Of the text."""

STORY: Final = (
    "Good morning, and thank you for taking a little time to listen.",
    "Beyond the old harbour, a young shepherd named Phoebe was watching five thick grey clouds roll over the bay.",
    "What a beautiful view, she thought, pouring herself a huge cup of fresh ginger tea.",
    "Her brother Joe had vanished before breakfast, together with both dogs, a jar of plum jam, and a measuring tape.",
    "Oh no, he's measuring the beach again!",
    "Usually that kept him happy for hours, so she walked down through the quiet village to fetch him.",
    "The path was smooth and warm, the air smelled of thyme, and every few steps a bumblebee hummed past.",
    "Where on earth have you been, she called, when she finally saw him waving from a wooden boat.",
    "Every wave is a different length, he shouted back, but their average never moves by more than a thumb!",
    "Phoebe laughed so much that she spilled half the tea over her shoes.",
    "By then the sun was pushing through, and the puddles shone like polished copper.",
    "They sat on the wall, shared the bread and the jam, and argued about whether fish ever get bored.",
    "My favourite part of the day is this one, said Joe, because nothing at all is supposed to happen.",
    "Above them a flock of white birds turned, once, twice, and vanished behind the lighthouse.",
)
"""Sentences with all sounds of English, the lips' own (P B M, F V, W) often; repeated when there is more time."""


def consent(name: str) -> tuple[str, ...]:
    """Return the sentences of the statement with which a person begins."""
    return tuple(sentence.format(name=name) for sentence in _CONSENT)
