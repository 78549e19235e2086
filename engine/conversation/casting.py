"""Who is seen in a call, and before what."""

from engine.conversation.engines import Engines
from engine.layers.replica.presenter.cast import GREEN
from engine.layers.replica.protocol import Replica
from engine.store.records import ConversationRecord, ReplicaRecord


def audio_only(conversation: ConversationRecord) -> bool:
    """Whether the conversation has no picture (seed: Audio-Only Conversation)."""
    return bool(conversation.fields.get("audio_only") or conversation.properties.get("audio_only"))


def face_for(engines: Engines, conversation: ConversationRecord, replica: ReplicaRecord) -> Replica | None:
    """Return the face of a call, None for one without pictures; blocking where it is not loaded yet.

    Raises ModelUnavailableError for a face that cannot be used.
    """
    if audio_only(conversation):
        return None
    # Seed: Background Customizations.
    keyed = conversation.properties.get("apply_greenscreen")
    backdrop = GREEN if keyed else str(replica.fields.get("backdrop") or "")
    return engines.replica(str(replica.fields.get("presenter") or ""), backdrop)
