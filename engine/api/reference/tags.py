"""The families of operations, in the order in which they are read."""

TAGS: dict[str, str] = {
    "Conversations": "A conversation is a live call with a replica. Creating one opens its room; `conversation_url` is the "
    "room's page. What happens in it is followed by callbacks, by server-sent events or by reading the conversation.",
    "Personas": "A persona says how a replica behaves: what it knows, how it speaks and listens, and which models it uses. "
    "Also called PAL: every path below `/v2/personas` is served below `/v2/pals` too.",
    "Replicas": "A replica is the face and the voice. Stock replicas are there from the start. Also called face: every path "
    "below `/v2/replicas` is served below `/v2/faces` too.",
    "Videos": "A video shows a replica speaking a script or a recording.",
    "Voices": "The voices that the replicas of this installation have.",
    "Languages": "The languages that conversations may name: how well each is heard here, and with which voice it is spoken.",
    "Documents": "What a persona or a conversation may look up: files and web pages.",
    "Objectives": "What a conversation is to reach, step by step.",
    "Guardrails": "What a conversation must keep to.",
    "Pronunciation dictionaries": "How names and terms are spoken.",
    "Uploads": "Files on this machine that stand in wherever a URL is asked for.",
    "Memories": "What conversations remember of each other.",
    "Webhooks": "Callbacks that were sent, wait or were given up. They can be sent again.",
    "Room": "What the room's page uses. No key: the conversation id, and in private rooms the meeting token, is the credential.",
    "Health": "For whoever watches the process. No key.",
    "Reference": "This description, for people and for programs. No key.",
}
"""A tag that is missing here comes last, without a description."""
