"""What a connection carries: the sections of its offer, and what becomes of each."""

import asyncio
from collections.abc import Callable, Collection

from aiortc import RTCPeerConnection, RTCRtpTransceiver

from engine.errors import SignallingError
from engine.room.consent import ask_patiently
from engine.room.people_pictures import Kind, Slot, Source
from engine.room.picture_encoder import PREFERRED
from engine.room.playout import MEDIA_RATE
from engine.room.reception import Reception
from engine.room.sender_reports import MediaTime, SenderReports
from engine.room.sound_arrivals import SoundArrivals
from engine.room.tracks import PictureTrack, SoundTrack

SOUND_CLOCK = 48_000
PICTURE_CLOCK = 90_000
"""Hz of RTP timestamps (RFC 7587, RFC 7741)."""


class Sections:
    """The first section of sound carries the person's microphone and what they hear, the first of video the replica's picture and the
    person's camera. Of the further ones of video, the first that sends carries a screen, and each that receives can show others.
    """

    def __init__(self, connection: RTCPeerConnection, session_id: str, due: MediaTime) -> None:
        """`connection`: with the offer set and no answer yet. Raises SignallingError when it has no sound."""
        self._session_id = session_id
        self._due = due
        of_kind = {
            kind: [each for each in connection.getTransceivers() if each.kind == kind] for kind in ("audio", "video")
        }
        if not of_kind["audio"]:
            raise SignallingError("sdp: the offer has no audio section; one audio and one video section are expected")
        self._sound, self._pictures = of_kind["audio"][0], of_kind["video"]
        self._asking: set[asyncio.Task[None]] = set()
        self._picture_reception: Reception | None = None
        self._arrivals: SoundArrivals | None = None
        self.receptions: list[Reception] = []
        """Of what the room's own picture and sound look like on the other side."""
        self.sources: dict[Kind, Source] = {}
        """The pictures that this person sends."""
        self.slots: list[Slot] = []
        """Where this person can be shown others."""
        for transceiver in (self._sound, *self._pictures[:1]):
            # One stream: browsers keep lips and voice together by its id.
            transceiver.sender._stream_id = session_id
        for transceiver in self._pictures:
            transceiver.direction = "inactive"
        ask_patiently(connection)

    @property
    def sends_sound(self) -> bool:
        """Whether the offer came with a microphone."""
        return self._sound._offerDirection in {"sendrecv", "recvonly"}

    @property
    def codec(self) -> str | None:
        """The codec of the replica's picture once the offer is answered; None when there is no picture."""
        picture = self._pictures[0] if self._pictures else None
        if picture is None or picture.currentDirection not in {"sendonly", "sendrecv"}:
            return None
        return picture._codecs[0].name

    @property
    def bit_rate(self) -> int | None:
        """Bits per second of the replica's picture that get through, as far as this person's side has said."""
        return self._picture_reception.bit_rate if self._picture_reception is not None else None

    @property
    def concealed_milliseconds(self) -> int:
        """Sound of this person that was lost on the way and made up by the decoder."""
        return self._arrivals.concealed_milliseconds if self._arrivals is not None else 0

    def carry_sound(self, track: SoundTrack) -> None:
        """Send sound, and receive it."""
        self._sound.sender.replaceTrack(track)
        self.receptions.append(Reception(self._sound.sender))
        SenderReports(self._sound.sender, SOUND_CLOCK, MEDIA_RATE, self._due)
        self._sound.direction = "sendrecv"
        self._arrivals = SoundArrivals(self._sound.receiver)

    def send_picture(self, track: PictureTrack, on_lost: Callable[[], None]) -> None:
        """Send the replica's picture if one was asked for; `on_lost`: only a key frame helps."""
        for picture in self._pictures[:1]:
            picture.direction = "sendonly"
            _prefer(picture)
            picture.sender.replaceTrack(track)
            self._picture_reception = Reception(picture.sender, on_lost, self._sharing)
            self.receptions.append(self._picture_reception)
            SenderReports(picture.sender, PICTURE_CLOCK, MEDIA_RATE, self._due)

    def pass_pictures(self, on_shown: Callable[[Kind], None]) -> None:
        """Receive the person's pictures and make room for those of others; `on_shown`: the first frame of one has come.

        Who offers one section of video has come to see the replica: their camera would be encoded and sent for nobody.
        """
        for camera in self._pictures[:1]:
            if len(self._pictures) > 1 and camera._offerDirection == "sendrecv":
                camera.direction = "sendrecv"
                self._add_source("camera", camera, on_shown)
        for further in self._pictures[1:]:
            _prefer(further)
            if further._offerDirection == "sendonly" and further._codecs[0].name == PREFERRED:
                further.direction = "sendonly"
                self.slots.append(Slot(further, self._ask_for_key_frame, self._sharing))
            elif further._offerDirection in {"recvonly", "sendrecv"} and "screen" not in self.sources:
                further.direction = "recvonly"
                self._add_source("screen", further, on_shown)

    async def close(self) -> None:
        """Show nobody any more, and wait for no more sound."""
        if self._arrivals is not None:
            self._arrivals.close()
        for slot in self.slots:
            slot.show(None)
            slot.track.stop()
        await asyncio.gather(*self._asking, return_exceptions=True)

    def _sharing(self, ssrcs: Collection[int]) -> int:
        sent = [self._pictures[0].sender._ssrc, *(slot.ssrc for slot in self.slots if slot.source is not None)]
        return sum(ssrc in ssrcs for ssrc in sent)

    def _add_source(self, kind: Kind, transceiver: RTCRtpTransceiver, on_shown: Callable[[Kind], None]) -> None:
        self.sources[kind] = Source(self._session_id, kind, transceiver.receiver, lambda: on_shown(kind))

    def _ask_for_key_frame(self, source: Source) -> None:
        task = asyncio.create_task(source.want_key_frame(), name="participant-key-frame")
        self._asking.add(task)
        task.add_done_callback(self._asking.discard)


def _prefer(picture: RTCRtpTransceiver) -> None:
    # The first codec of the answer is the one that is sent; retransmissions follow their codec by number, wherever they stand.
    picture._codecs.sort(key=lambda codec: codec.name != PREFERRED)
