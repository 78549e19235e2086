"""From lost packets and round trips to a number and a word, and who is told of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.room.network_quality import NetworkQuality, Quality
from engine.room.room import Room
from tests.real_time import until
from tests.room.test_people import Guest, guest_in
from tests.room.test_room import Host, room_of


def look_often(quality: NetworkQuality, loss: float, round_trip: float | None, times: int = 20) -> list[str]:
    told = [quality.look(loss, round_trip) for _ in range(times)]
    return [each.threshold for each in told if each is not None]


def test_a_good_connection_is_not_worth_a_message() -> None:
    assert look_often(NetworkQuality(), 0.0, 0.03) == []
    assert look_often(NetworkQuality(), 0.01, None) == []


def test_losses_make_it_low_and_heavy_ones_very_low() -> None:
    quality = NetworkQuality()
    assert look_often(quality, 0.10, 0.05)[-1] == "low"
    assert look_often(quality, 0.25, 0.05)[-1] == "very-low"
    assert look_often(quality, 0.0, 0.05)[-1] == "good"
    assert quality.told.quality >= 90


def test_a_single_bad_second_is_not_told_as_a_bad_connection() -> None:
    quality = NetworkQuality()
    quality.look(0.1, 0.05)
    assert quality.told.threshold == "good"


def test_a_long_way_counts_too() -> None:
    assert look_often(NetworkQuality(), 0.0, 0.6)[-1] == "low"


def test_on_the_brink_the_word_does_not_flicker() -> None:
    quality = NetworkQuality()
    look_often(quality, 0.065, None)
    words = [word for loss in (0.058, 0.062) * 20 for word in look_often(quality, loss, None, 5)]
    assert len(set(words)) <= 1


@given(st.lists(st.tuples(st.floats(0, 1), st.none() | st.floats(0, 100)), max_size=50))
def test_it_is_always_a_number_from_0_to_100(looks: list[tuple[float, float | None]]) -> None:
    quality = NetworkQuality()
    for loss, round_trip in looks:
        quality.look(loss, round_trip)
        assert 0 <= quality.told.quality <= 100
        assert set(quality.told.properties()) == {"quality", "threshold"}


# --- in a room ---


class Line(NetworkQuality):
    """A connection that loses as much as it is told to, whatever else the machine does."""

    loss = 0.0

    def look(self, loss: float, round_trip: float | None) -> Quality | None:
        return super().look(self.loss, None)


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.room.participant.NetworkQuality", Line)


def line_of(room: Room, guest: Guest) -> Line:
    place = room._places.get(guest.session_id)
    assert place is not None
    assert place.participant is not None
    line = place.participant._quality
    assert isinstance(line, Line)
    return line


def words_about(other: Guest, guest: Guest) -> list[str]:
    told = [each["participant"] for each in guest.told("room.participant_updated")]
    return [each["network"] for each in told if each["session_id"] == other.session_id]


async def networks(guest: Guest) -> dict[str, str]:
    """Return the word for everybody's connection that somebody was told who came."""
    roster = (await guest.event("room.participants")).message["properties"]["participants"]
    return {each["user_name"]: each["network"] for each in roster}


@pytest.mark.usefixtures("lines")
async def test_everybody_is_told_the_word_for_everybody_s_connection_and_the_number_for_their_own() -> None:
    async with room_of(Host(), seats=3) as room, guest_in(room, "Ada") as ada, guest_in(room, "Bruno") as bruno:
        line_of(room, ada).loss = 0.25
        await until(lambda: words_about(ada, bruno) == ["low", "very-low"])
        await ada.event("room.network_quality", threshold="very-low")
        assert not bruno.told("room.network_quality")
        async with guest_in(room, "Cleo") as cleo:
            assert await networks(cleo) == {"": "good", "Ada": "very-low", "Bruno": "good", "Cleo": "good"}
        line_of(room, ada).loss = 0.0
        await until(lambda: ada.told("room.network_quality")[-1]["quality"] >= 90)
        await until(lambda: words_about(ada, bruno)[2:] == ["low", "good"])
        assert len(ada.told("room.network_quality")) > 4, "a new number alone is told to nobody else"
        assert not words_about(ada, ada), "nobody is told of themselves"


@pytest.mark.usefixtures("lines")
async def test_of_a_new_connection_nothing_bad_is_known() -> None:
    async with room_of(Host()) as room, guest_in(room, "Ada") as ada, guest_in(room, "Bruno") as bruno:
        line_of(room, ada).loss = 0.1
        await until(lambda: words_about(ada, bruno) == ["low"])
        again = Guest()
        await again.enter(room, "Ada", resume_token=ada.answer.resume_token)
        await until(lambda: words_about(ada, bruno) == ["low", "good"])
        assert await networks(again) == {"": "good", "Ada": "good", "Bruno": "good"}
        await again.close()
