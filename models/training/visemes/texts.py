"""Sentences to learn from: every sound of English next to many others, sense is not needed."""

from random import Random
from typing import Final


def _each(listed: str) -> list[str]:
    return listed.split(", ")


_PEOPLE: Final = _each(
    "my father, the young woman, a brave farmer, our neighbour, the people, your mother, both brothers, a famous "
    "painter, the judge, five children, the whole family, a very old man, the girl from Boston, George, Sophie, "
    "nobody, everybody, the other team, a nurse"
)
_DEEDS: Final = _each(
    "found, bought, painted, moved, brought, watched, threw, measured, forgot, chose, opened, washed, picked up, "
    "believed in, thought about, put away, asked for, gave up, dreamed of, shared, used, fixed, lost, pushed, "
    "noticed, held, loved, paid for, showed"
)
_THINGS: Final = _each(
    "a blue boat, the big map, some warm bread, five books, the broken window, a thin feather, fresh fish, the "
    "yellow house, a beautiful voice, two huge boxes, my favourite shoes, that piece of music, the garage, a cup "
    "of coffee, apple juice, the bathroom, a good idea, the treasure, your phone number, a wooden chair, some "
    "cheap paint, a healthy tooth, the wrong key, a pure joy, the wall of the church, a large pumpkin, a hundred "
    "birds, the moon, a television, the average price, brown sugar, a vague image"
)
_PLACES: Final = _each(
    "by the river, in the park, near the beach, above the village, before breakfast, on Thursday morning, with "
    "both hands, after the show, from the top of the mountain, without a reason, for the first time, in February, "
    "through the fog, under the bridge, at home, from Japan, in the middle of the night, with the utmost "
    "pleasure, over there, beyond the valley, every year, for the poor boy"
)
_STARTS: Final = _each(
    "I think, Well, Of course, You know, Maybe, To be honest, We heard that, As far as I remember, But, Suddenly, "
    "In fact, Perhaps, Oh, Yes, No, Imagine, They say that, However, Usually, Please remember"
)
_QUESTIONS: Final = _each(
    "Why do you suppose, Have you ever heard that, Are you sure, Would you believe that, Who said, Do they mean"
)


def sentences(count: int, seed: int) -> tuple[str, ...]:
    """Return so many sentences, the same for the same seed."""
    random = Random(seed)  # noqa: S311 - for variety only
    return tuple(_sentence(random) for _ in range(count))


def _sentence(random: Random) -> str:
    deed = f"{random.choice(_PEOPLE)} {random.choice(_DEEDS)} {random.choice(_THINGS)}"
    kind = random.random()
    if kind < 0.2:
        said = f"{random.choice(_QUESTIONS)} {deed}?"
    elif kind < 0.5:
        said = f"{random.choice(_STARTS)}, {deed} {random.choice(_PLACES)}."
    elif kind < 0.8:
        said = f"{deed} {random.choice(_PLACES)}, and {random.choice(_PEOPLE)} {random.choice(_DEEDS)} {random.choice(_THINGS)}."
    else:
        said = f"{deed}!"
    return said[0].upper() + said[1:]
