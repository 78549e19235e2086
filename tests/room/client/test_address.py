import pytest

from engine.errors import InvalidInputError
from engine.room.client.address import RoomAddress


def test_a_conversation_url_names_the_appliance_the_room_and_its_token() -> None:
    address = RoomAddress.of("http://127.0.0.1:8765/c12ab?t=abc.def")
    assert (address.base_url, address.conversation_id, address.token) == ("http://127.0.0.1:8765", "c12ab", "abc.def")
    assert address.is_loopback


def test_a_token_of_its_own_goes_before_the_one_of_the_url() -> None:
    assert RoomAddress.of("http://[::1]:80/c1?t=old", "new").token == "new"


def test_an_appliance_below_a_path_of_another_machine() -> None:
    address = RoomAddress.of("https://visavis.example/talk/c1/")
    assert (address.base_url, address.conversation_id, address.token) == ("https://visavis.example/talk", "c1", "")
    assert not address.is_loopback


def test_tokens_are_in_no_message() -> None:
    assert "secret" not in repr(RoomAddress.of("http://localhost/c1?t=secret"))
    with pytest.raises(InvalidInputError) as refused:
        RoomAddress.of("ftp://localhost/c1?t=secret")
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("url", ["", "c1", "http://", "http://127.0.0.1:8765", "http://127.0.0.1:8765/", "file:///c1"])
def test_what_is_no_conversation_url_is_named_with_what_is(url: str) -> None:
    with pytest.raises(InvalidInputError, match=r"url: .* a conversation_url such as"):
        RoomAddress.of(url)
