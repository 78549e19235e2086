/**
 * The recording of the room: whether one runs, as the room tells it, and starting and stopping it.
 *
 * Events: `change` (`running` or `waiting` is new), `news` (detail: a sentence for everybody), `trouble` (detail: the
 * room's words).
 */

import { recordingNews } from "./words.js";

export class Recording extends EventTarget {
  running = false;
  /** Whether the room has been asked and has not answered yet. */
  waiting = false;

  /** @param {(eventType: string) => boolean} tell  sends a message to the room; returns whether it went out */
  constructor(tell) {
    super();
    this.tell = tell;
  }

  toggle() {
    if (this.waiting) return;
    this.waiting = this.tell(this.running ? "room.stop_recording" : "room.start_recording");
    this.#changed();
  }

  /** @param {import("./connection.js").Message} message */
  follow(message) {
    const { state, error, event_type: refused } = message.properties ?? {};
    if (message.event_type === "room.recording") {
      this.#become(state === "started", state === "failed" ? String(error || "") : null);
    } else if (/^(room\.)?error$/.test(message.event_type) && /^room\.(start|stop)_recording$/.test(String(refused))) {
      this.#become(this.running, String(error || ""));
    }
  }

  /** The connection is a new one: what was asked over the old one is not answered any more. */
  beginAnew() {
    this.waiting = false;
    this.#changed();
  }

  /** The call is over. */
  clear() {
    this.running = false;
    this.beginAnew();
  }

  /** @param {boolean} running @param {string | null} error */
  #become(running, error) {
    const news = running !== this.running;
    this.running = running;
    this.waiting = false;
    this.#changed();
    if (news) this.dispatchEvent(new CustomEvent("news", { detail: recordingNews(running) }));
    if (error !== null) this.dispatchEvent(new CustomEvent("trouble", { detail: error }));
  }

  #changed() {
    this.dispatchEvent(new Event("change"));
  }
}
