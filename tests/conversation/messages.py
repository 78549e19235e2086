"""Messages as somebody might send them who has the protocol half right."""

import base64
import os

from hypothesis import strategies as st

from engine.conversation.flow_settings import SENSITIVITIES
from engine.conversation.interactions import ACCEPTED
from engine.layers.replica.performance.feelings import EMOTIONS

CASES = int(os.environ.get("VISAVIS_FUZZ_CASES", "500"))
"""Messages that are tried out."""

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=10,
)
IDS = st.sampled_from(["one", "two"]) | JSON
SOUNDS = st.binary(max_size=400).map(lambda sound: base64.b64encode(sound).decode())
PROPERTIES = st.fixed_dictionaries(
    {},
    optional={
        "text": st.text() | JSON,
        "context": st.text() | JSON,
        "job_status": st.just("completed") | JSON,
        "modality": st.sampled_from(["text", "audio"]) | JSON,
        "audio": SOUNDS | JSON,
        "sample_rate": st.integers(8_000, 48_000) | JSON,
        "inference_id": IDS,
        "done": st.booleans() | JSON,
        "participant_pause_sensitivity": st.sampled_from(SENSITIVITIES) | JSON,
        "participant_interrupt_sensitivity": st.sampled_from(SENSITIVITIES) | JSON,
        "objective_name": st.text() | JSON,
        "emotion": st.sampled_from(sorted(EMOTIONS)) | JSON,
    },
)
MESSAGES = st.fixed_dictionaries(
    {"event_type": st.sampled_from(ACCEPTED) | JSON},
    optional={
        "message_type": st.just("conversation") | JSON,
        "conversation_id": st.sampled_from(["c1", "c2", ""]) | JSON,
        "properties": PROPERTIES | JSON,
        "inference_id": IDS,
    },
)
