/**
 * What the replica is doing, worked out from the room's events.
 *
 * `connecting` until the data channel is open, then `listening`, `hearing` (the person speaks), `thinking` (an answer
 * is due), `speaking`. Event: `change`.
 *
 * @typedef {"connecting" | "listening" | "hearing" | "thinking" | "speaking"} PresenceState
 */

/** An answer that does not come (the replica chose to keep silent) must not leave it thinking for ever. */
const PATIENCE_MS = 20000;

/** @type {Record<PresenceState, string>} */
export const PRESENCE_WORDS = {
  connecting: "Connecting…",
  listening: "Listening",
  hearing: "Listening",
  thinking: "Thinking…",
  speaking: "Speaking",
};

export class Presence extends EventTarget {
  /** @type {PresenceState} */
  state = "connecting";
  #timer = 0;

  /** @param {PresenceState} state */
  become(state) {
    clearTimeout(this.#timer);
    if (state === "thinking") this.#timer = setTimeout(() => this.become("listening"), PATIENCE_MS);
    if (state === this.state) return;
    this.state = state;
    this.dispatchEvent(new Event("change"));
  }

  /** Text was sent: an answer is due. */
  wasAsked() {
    if (this.state !== "speaking") this.become("thinking");
  }

  /** @param {import("./connection.js").Message} message */
  follow(message) {
    switch (message.event_type) {
      case "conversation.user.started_speaking":
        // Over the replica's voice this may be a mere "mhm": it goes on speaking until the room says otherwise.
        if (this.state !== "speaking") this.become("hearing");
        break;
      case "conversation.user.stopped_speaking":
        if (this.state !== "speaking") this.become("thinking");
        break;
      case "conversation.replica.started_speaking":
        this.become("speaking");
        break;
      case "conversation.replica.stopped_speaking":
        this.become("listening");
        break;
    }
  }
}
