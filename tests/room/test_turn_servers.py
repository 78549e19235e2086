"""What participants are given for a TURN server, and by which one the room itself goes."""

import base64
import hashlib
import hmac
import ipaddress
import logging
import time

import pytest

from engine.network import Address, NetworkPolicy
from engine.room.own_relay import OwnRelay
from engine.room.turn_servers import GOOD_FOR, TurnServers
from engine.secret import Secret

SERVERS = TurnServers.of(("turns:turn.example", "turn:turn.example:3478?transport=tcp"), Secret("s3cret"))


def test_without_a_server_nothing_is_given() -> None:
    assert TurnServers().for_participant() == []
    assert not TurnServers()


def test_a_credential_is_made_from_the_secret_and_ends() -> None:
    (given,) = SERVERS.for_participant()
    told = given.as_json()
    assert told["urls"] == ["turns:turn.example", "turn:turn.example:3478?transport=tcp"]
    assert abs(int(told["username"].partition(":")[0]) - time.time() - GOOD_FOR) < 60
    expected = hmac.digest(b"s3cret", told["username"].encode(), hashlib.sha1)
    assert base64.b64decode(told["credential"]) == expected


def test_everybody_has_a_credential_of_their_own_and_none_is_shown() -> None:
    (one,), (other,) = SERVERS.for_participant(), SERVERS.for_participant()
    assert one.username != other.username
    assert one.credential.reveal() not in repr(one)


async def _public(host: str, port: int) -> list[Address]:
    return [ipaddress.ip_address("2001:4860::1"), ipaddress.ip_address("198.41.0.4")]


async def _private(host: str, port: int) -> list[Address]:
    return [ipaddress.ip_address("192.168.1.9")]


async def _unknown(host: str, port: int) -> list[Address]:
    raise OSError("no such name")


async def test_the_room_goes_by_the_address_that_was_checked() -> None:
    (own,) = await OwnRelay(SERVERS, NetworkPolicy(), _public).servers()
    assert own.urls == "turn:198.41.0.4:3478?transport=tcp"
    assert own.username is not None
    assert own.username.partition(":")[0].isdigit()


@pytest.mark.parametrize(
    ("policy", "resolver", "reason"),
    [
        (NetworkPolicy(), _private, "not a public address; VISAVIS_ALLOW_HOSTS"),
        (NetworkPolicy(offline=True), _public, "offline"),
        (NetworkPolicy(), _unknown, "no such name"),
    ],
)
async def test_a_server_that_may_not_be_reached_is_left_out_and_said_once(
    policy: NetworkPolicy, resolver: object, reason: str, caplog: pytest.LogCaptureFixture
) -> None:
    relay = OwnRelay(SERVERS, policy, resolver)  # type: ignore[arg-type]
    with caplog.at_level(logging.WARNING):
        assert [await relay.servers(), await relay.servers()] == [[], []]
    (record,) = caplog.records
    assert reason in record.getMessage()


@pytest.mark.parametrize("resolver", [_public, _private])
async def test_a_server_in_the_allow_list_is_used(resolver: object) -> None:
    policy = NetworkPolicy(offline=True, allow_hosts=("turn.example",))
    assert len(await OwnRelay(SERVERS, policy, resolver).servers()) == 1  # type: ignore[arg-type]


async def test_without_a_server_the_room_goes_by_none() -> None:
    assert await OwnRelay(TurnServers(), NetworkPolicy()).servers() == []
