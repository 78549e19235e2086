"""What the room answers."""

from typing import Literal

from pydantic import Field

from engine.api.contract.model import AnswerModel


class TurnServer(AnswerModel):
    """A server that carries media where no direct way leads: an entry of an RTCPeerConnection's `iceServers`."""

    urls: list[str]
    username: str
    credential: str = Field(description="Good for two hours, for one participant.")


class RoomFacts(AnswerModel):
    """What a participant may know before joining."""

    conversation_id: str
    conversation_name: str
    replica_name: str
    status: str
    closed_captions: bool
    audio_only: bool
    recording_enabled: bool = Field(description="Whether participants may have the call recorded.")
    basic_voice: bool = Field(description="Whether the replica speaks with the voice of last resort.")
    stock_voice: bool = Field(
        description="Whether a stock voice speaks for a replica of a person, for want of the person's own voice."
    )
    ice_servers: list[TurnServer] = Field(
        description="TURN servers for the participant's connection; none unless the installation has some, and none once "
        "the conversation has ended."
    )


class JoinAnswered(AnswerModel):
    """The room's side of the connection."""

    sdp: str
    type: Literal["answer"]
    session_id: str = Field(description="Names the participant to everybody in the room.")
    resume_token: str = Field(
        description="For this participant alone: joining with it takes the same place again with a new connection, "
        "leaving with it gives the place up."
    )
    replica_name: str
