"""The network goes away for five seconds and comes back: the same person in the same place, and nothing that was said is lost."""

import asyncio
import time
from typing import Any

import pytest

from engine.room.client import Left, ReceivedSound, RoomClient
from tests.real_time import best_of, in_time, until
from tests.room.client.appliance import Appliance
from tests.room.client.relay import network

GONE_FOR = 5.0
BACK_WITHIN = 2.0
"""Seconds from the network's return to sound."""


def said(messages: list[dict[str, Any]]) -> set[str]:
    return {m["properties"]["speech"] for m in messages if m["event_type"] == "conversation.utterance"}


@pytest.mark.parametrize("signalling", [False, True], ids=["media alone", "everything"])
async def test_five_seconds_without_network_are_seen_by_nobody(appliance: Appliance, signalling: bool) -> None:
    async def measure() -> None:
        url = await appliance.room()
        ann, bob = RoomClient(), RoomClient()
        heard: list[ReceivedSound] = []
        to_ann: list[dict[str, Any]] = []
        to_bob: list[dict[str, Any]] = []
        left: list[Left] = []
        ann.on_sound(heard.append)
        ann.on_message(to_ann.append)
        bob.on_message(to_bob.append)
        bob.on_room_change(lambda change: left.append(change) if isinstance(change, Left) else None)
        async with ann, bob:
            await bob.join(url, user_name="Bob")
            with network() as between:
                await ann.join(url, user_name="Ann")
                session_id = ann.session_id
                await until(lambda: len(heard) > 50)
                with between.gone(signalling=signalling):
                    await asyncio.sleep(1)
                    ann.interact("conversation.echo", text="said into the void")
                    bob.interact("conversation.echo", text="told to the absent")
                    await asyncio.sleep(GONE_FOR - 1)
                    assert ann.state == "reconnecting"
                    ann.interact("conversation.echo", text="kept for later")
                    before = len(heard)
                back = time.monotonic()
                await until(lambda: len(heard) > before + 10 and ann.state == "joined")
                took = heard[before + 10].arrived - back
                everything = {"said into the void", "told to the absent", "kept for later"}
                await until(lambda: everything <= said(to_ann) and everything <= said(to_bob))
            assert ann.session_id == session_id
            assert session_id in bob.participants
            assert not left
        in_time(took < BACK_WITHIN, f"back {took:.2f} s after the network")

    await best_of(measure)


async def test_what_was_sent_to_an_address_that_is_gone_for_good_is_sent_again_from_the_next(
    appliance: Appliance,
) -> None:
    url = await appliance.room()
    to_bob: list[dict[str, Any]] = []
    left: list[Left] = []
    async with RoomClient() as ann, RoomClient() as bob:
        bob.on_message(to_bob.append)
        bob.on_room_change(lambda change: left.append(change) if isinstance(change, Left) else None)
        await bob.join(url, user_name="Bob")
        with network() as between:
            await ann.join(url, user_name="Ann")
            ann.interact("conversation.echo", text="this arrives")
            await until(lambda: "this arrives" in said(to_bob))
            session_id, [way] = ann.session_id, between.ways
            way.transport.close()
            ann.interact("conversation.echo", text="said into the void")
            await until(lambda: "said into the void" in said(to_bob))
            assert ann.state == "joined"
            assert len(between.ways) > 1
        assert ann.session_id == session_id
        assert not left
        words = [m["properties"]["speech"] for m in to_bob if m["event_type"] == "conversation.utterance"]
        assert words == ["this arrives", "said into the void"], "what has arrived is not said again"
