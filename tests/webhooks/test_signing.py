"""Signatures on callbacks, checked by a verifier of our own making that knows only what the documentation says."""

import base64
import hashlib
import hmac
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import InvalidInputError
from engine.network import NetworkPolicy
from engine.store.call_events import replica_joined
from engine.store.opening import Store
from engine.webhooks.delivery import WebhookDelivery
from engine.webhooks.schedule import RetrySchedule
from engine.webhooks.signing import Signer
from tests.fakes.webhook_receiver import Receiver


def verified(secret: str, headers: dict[str, str], body: bytes) -> bool:
    """What a receiver does."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    wanted = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    return any(hmac.compare_digest(candidate, f"v1,{wanted}") for candidate in headers["webhook-signature"].split(" "))


async def test_a_receiver_can_check_every_try(store: Store, receiver: Receiver) -> None:
    signer = Signer.of("", store.secret("webhooks"))
    delivery = WebhookDelivery(store.outbox, NetworkPolicy(), signer, schedule=RetrySchedule(first_s=0.02))
    delivery.start()
    receiver.answers = [500]
    made = await store.conversations.create(
        conversation_name="n", persona_id="p1", replica_id="r1", callback_url=receiver.url
    )
    await store.conversations.record_event(made.conversation_id, replica_joined("r1"))
    await receiver.until(1)
    await delivery.close()
    assert len(receiver.requests) == 2
    for request in receiver.requests:
        assert verified(signer.secret, request.headers, request.raw)
        assert abs(int(request.headers["webhook-timestamp"]) - time.time()) < 60
        assert not verified(signer.secret, request.headers, request.raw.replace(b"r1", b"r2"))
        assert not verified(signer.secret, {**request.headers, "webhook-timestamp": "1"}, request.raw)
        assert not verified(signer.secret, {**request.headers, "webhook-id": "msg_other"}, request.raw)
        assert not verified("whsec_" + base64.b64encode(b"other" * 6).decode(), request.headers, request.raw)


@given(st.binary(min_size=24, max_size=64), st.binary(max_size=200), st.integers(0, 2**33))
def test_any_secret_in_its_written_form_checks_any_body(key: bytes, body: bytes, moment: int) -> None:
    signer = Signer.of("whsec_" + base64.b64encode(key).decode(), b"")
    assert signer.key == key
    assert verified(signer.secret, signer.headers("msg_1", moment + 0.9, body), body)
    assert signer.headers("msg_1", moment + 0.9, body)["webhook-timestamp"] == str(moment)


def test_a_secret_may_come_without_its_prefix() -> None:
    assert Signer.of(base64.b64encode(b"k" * 32).decode(), b"") == Signer(b"k" * 32)


def test_without_a_secret_the_key_of_the_installation_signs() -> None:
    assert Signer.of("", b"own" * 11) == Signer(b"own" * 11)


@pytest.mark.parametrize("secret", ["whsec_", "whsec_c2hvcnQ=", "my secret!", "whsec_" + "A" * 200, "whsec_ü"])
def test_a_secret_of_another_form_is_refused_and_not_shown(secret: str) -> None:
    with pytest.raises(InvalidInputError, match="VISAVIS_WEBHOOK_SECRET") as refusal:
        Signer.of(secret, b"k" * 32)
    assert secret not in str(refusal.value) or secret == "whsec_"


def test_a_signer_does_not_show_its_key() -> None:
    assert "kkk" not in repr(Signer(b"k" * 32))
