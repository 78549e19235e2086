"""Drives a conversation over HTTP alone, with nothing but Python's own library: interactions are posted, events come as server-sent
events, and a connection that breaks is made again where it was.

    python program_without_webrtc.py http://127.0.0.1:8765 c1234 KEY

Prints each event as a line of JSON until the conversation is over.
"""

import json
import sys
import urllib.request
from collections.abc import Iterator
from typing import Any

BREAKS_AFTER = 3
"""Events after which this program's connection breaks, each time."""


class Conversation:
    """One conversation of an appliance."""

    def __init__(self, base_url: str, conversation_id: str, key: str) -> None:
        self._url = f"{base_url}/v2/conversations/{conversation_id}/events"
        self._headers = {"x-api-key": key, "content-type": "application/json"}
        self._last_id = ""

    def send(self, event_type: str, **properties: Any) -> None:
        """Post an interaction."""
        body = json.dumps({"event_type": event_type, "properties": properties}).encode()
        with urllib.request.urlopen(urllib.request.Request(self._url, body, self._headers)) as response:
            json.load(response)

    def events(self) -> Iterator[dict[str, Any]]:
        """Yield each event once, over as many connections as it takes; ends with the conversation."""
        while True:
            headers = {**self._headers, **({"last-event-id": self._last_id} if self._last_id else {})}
            with urllib.request.urlopen(urllib.request.Request(self._url, headers=headers)) as response:
                if response.status == 204:
                    return
                for number, event in enumerate(self._read(response), 1):
                    yield event
                    if number == BREAKS_AFTER:
                        break

    def _read(self, lines: Any) -> Iterator[dict[str, Any]]:
        for line in lines:
            name, _, value = line.decode().rstrip("\n").partition(": ")
            if name == "id":
                self._last_id = value
            elif name == "data":
                yield json.loads(value)


def main(base_url: str, conversation_id: str, key: str) -> None:
    """Tell the replica something, let it say a sentence, answer a question, and say another sentence."""
    conversation = Conversation(base_url, conversation_id, key)
    wanted = [
        ("conversation.echo", {"text": "The first sentence."}),
        ("conversation.respond", {"text": "What do you say?"}),
        ("conversation.echo", {"text": "The last sentence."}),
    ]
    conversation.send("conversation.append_llm_context", context="It rains.")
    conversation.send("conversation.set_emotion", emotion="happiness")
    conversation.send(wanted[0][0], **wanted[0][1])
    said = 1
    for event in conversation.events():
        print(json.dumps(event), flush=True)
        if event["event_type"] == "conversation.replica.stopped_speaking" and said < len(wanted):
            conversation.send(wanted[said][0], **wanted[said][1])
            said += 1


if __name__ == "__main__":
    main(*sys.argv[1:4])
