/**
 * One call, from the offer to its end: wires the connection to what the person sees.
 *
 * Event: `over` (detail: Outcome).
 *
 * @typedef {import("./connection.js").Message} Message
 * @typedef {import("./signalling.js").Room} Room
 * @typedef {import("./words.js").Outcome} Outcome
 */

import { Captions } from "./captions.js";
import { RoomConnection } from "./connection.js";
import { People } from "./people.js";
import { PRESENCE_WORDS, Presence } from "./presence.js";
import { Recording } from "./recording.js";
import { RoomControls } from "./room_controls.js";
import { ScreenShare } from "./screen_share.js";
import { dismiss, notify, part } from "./screens.js";
import { Stage } from "./stage.js";
import { Tiles } from "./tiles.js";
import { Transcript } from "./transcript.js";
import { PLACE_KEPT_MS, RoomError } from "./signalling.js";
import { CONNECTION_WORDS, ended, LEFT, LOST } from "./words.js";

const AGAIN_MS = 500;

/** The page's call screen; used for one call after the other. */
export class CallScreen extends EventTarget {
  /** @type {RoomConnection | null} */
  connection = null;
  /** The state that the room was told last. */
  #told = "";
  presence = new Presence();
  people = new People();
  share = new ScreenShare();
  recording = new Recording((eventType) => this.connection?.tell(eventType) ?? false);
  controls = new RoomControls(this.share, this.recording);
  captions = new Captions(part("captions"));
  stage = new Stage({
    stage: part("stage"),
    video: part("replica", HTMLVideoElement),
    unblock: part("hear", HTMLButtonElement),
  });
  transcript = new Transcript({
    panel: part("panel"),
    log: part("log"),
    form: part("say-form", HTMLFormElement),
    input: part("say", HTMLTextAreaElement),
  });

  /**
   * @param {import("./signalling.js").Signalling} signalling
   * @param {import("./devices.js").Devices} devices
   */
  constructor(signalling, devices) {
    super();
    this.signalling = signalling;
    this.devices = devices;
    new Tiles(
      {
        stage: part("stage"),
        list: part("people"),
        self: part("self-tile"),
        shared: part("shared"),
        screen: part("screen", HTMLVideoElement),
        screenName: part("screen-name"),
      },
      this.people,
      (mid) => this.connection?.pictureIn(mid) ?? null,
    );
    for (const source of [devices, this.share, this.people, this.controls]) {
      source.addEventListener("change", () => this.#sendDevices());
    }
    this.people.addEventListener("news", (event) => this.controls.tell(/** @type {CustomEvent<string>} */ (event).detail));
    this.people.addEventListener("quality", () => this.#showQuality());
    this.presence.addEventListener("change", () => this.#showPresence());
    this.transcript.addEventListener("say", (event) => this.#say(/** @type {CustomEvent<string>} */ (event)));
    part("type").addEventListener("click", () => this.showPanel(!this.transcript.shown));
    part("panel-close").addEventListener("click", () => this.showPanel(false));
    part("captions-button").addEventListener("click", () => this.showCaptions(!this.captions.shown));
    part("stop").addEventListener("click", () => this.interrupt());
    part("leave").addEventListener("click", () => this.leave());
  }

  /** @param {Room} room @param {string} name  of the replica */
  describe(room, name) {
    this.captions.replicaName = name;
    this.transcript.replicaName = name;
    part("stage").classList.toggle("voice-only", room.audio_only);
    part("initials").textContent = name.trim().charAt(0).toUpperCase();
    this.controls.describe(room);
  }

  /**
   * Join the room with the devices that are open now; others are attached when they come.
   * @param {Room} room
   * @param {string} userName
   * @throws {import("./signalling.js").RoomError}
   */
  async start(room, userName) {
    this.presence.become("connecting");
    this.captions.clear();
    this.transcript.clear();
    try {
      return await this.#connect(room, userName);
    } catch (error) {
      this.connection = null;
      throw error;
    }
  }

  /**
   * @param {Room} room
   * @param {string} userName
   * @throws {RoomError}
   */
  async #connect(room, userName) {
    const connection = new RoomConnection(this.signalling, room);
    this.connection = connection;
    this.#told = "";
    this.people.beginAnew();
    this.recording.beginAnew();
    connection.addEventListener("open", () => this.presence.become("listening"));
    connection.addEventListener("stream", (event) => void this.stage.play(/** @type {CustomEvent} */ (event).detail));
    connection.addEventListener("message", (event) => this.#follow(/** @type {CustomEvent<Message>} */ (event).detail));
    connection.addEventListener("state", (event) => {
      const state = /** @type {CustomEvent<string>} */ (event).detail;
      if (connection !== this.connection) return;
      if (state === "lost") void this.#comeBack(userName);
      else this.#watch(state);
    });
    try {
      await this.#sendDevices();
      return await connection.join(userName);
    } catch (error) {
      connection.close();
      throw error;
    }
  }

  leave() {
    this.#finish(LEFT);
  }

  /** The page is being closed, or loaded again: its place is kept for a while. */
  goAway() {
    this.connection?.close(true);
    this.connection = null;
  }

  interrupt() {
    this.connection?.tell("conversation.interrupt");
  }

  /** @param {boolean} shown */
  showCaptions(shown) {
    this.captions.shown = shown;
    const button = part("captions-button");
    const label = shown ? "Hide captions" : "Show captions";
    button.dataset.on = String(shown);
    button.setAttribute("aria-label", label);
    button.dataset.tip = `${label}  C`;
  }

  /** @param {boolean} shown */
  showPanel(shown) {
    this.transcript.shown = shown;
    part("type").setAttribute("aria-expanded", String(shown));
    if (!shown) part("type").focus({ preventScroll: true });
  }

  /** What Escape means: close what is open, else stop the answer. */
  escape() {
    if (this.controls.menu.shown) this.controls.menu.show(false);
    else if (this.transcript.shown && part("panel").contains(document.activeElement)) this.showPanel(false);
    else if (this.presence.state === "speaking") this.interrupt();
  }

  /** Send what is on, and tell the room of it. */
  async #sendDevices() {
    const { connection, devices, people, share } = this;
    const { microphone, camera } = devices.tracks;
    const state = {
      audio: devices.isOn("microphone"),
      video: devices.isOn("camera"),
      screen: share.track !== null,
      noise_cancellation: this.controls.noiseCancellation,
    };
    const text = JSON.stringify(state);
    if (people.known && text !== this.#told && connection?.tell("room.state", state)) this.#told = text;
    // A picture that nobody sees is not worth the work of encoding it.
    const seen = people.others.size > 0;
    await connection?.send({ microphone, camera: seen ? camera : null, screen: seen ? share.track : null });
  }

  /** @param {CustomEvent<string>} event */
  #say(event) {
    if (!this.connection?.tell("conversation.respond", { text: event.detail })) {
      event.preventDefault();
      return;
    }
    this.captions.show("user", event.detail);
    this.presence.wasAsked();
  }

  /** @param {Message} message */
  #follow(message) {
    this.dispatchEvent(new CustomEvent("message", { detail: message }));
    if (message.event_type === "system.shutdown") {
      this.#finish(ended(message.properties?.shutdown_reason));
      return;
    }
    this.people.follow(message);
    this.recording.follow(message);
    this.presence.follow(message);
    const person = this.people.saidBy(message);
    this.captions.follow(message, person);
    this.transcript.follow(message, person);
    if (message.event_type === "conversation.utterance" && this.captions.shown) {
      const { role, speech } = message.properties ?? {};
      part("announcer").textContent = `${role === "user" ? person : this.transcript.replicaName}: ${speech}`;
    }
  }

  #showQuality() {
    const { quality } = this.people;
    part("quality").hidden = quality === "good";
    part("quality").textContent = CONNECTION_WORDS[quality];
  }

  #showPresence() {
    const { state } = this.presence;
    part("presence").textContent = PRESENCE_WORDS[state];
    part("presence").dataset.state = state;
    part("stage").dataset.state = state;
    part("stop", HTMLButtonElement).disabled = state !== "speaking";
  }

  /** @param {string} state */
  #watch(state) {
    if (state === "connected") dismiss("connection");
    if (state === "shaky") notify("connection", "The connection is unstable. Trying to hold it…");
  }

  /**
   * Take the place again that the room keeps.
   * @param {string} userName
   */
  async #comeBack(userName) {
    notify("connection", "The connection broke. Taking your place again…");
    const until = performance.now() + PLACE_KEPT_MS;
    let outcome = LOST;
    while (this.connection && performance.now() < until) {
      try {
        // Asked anew: what helps the connection through may be good for a while only.
        const room = await this.signalling.describe();
        if (room.status === "ended") {
          outcome = ended();
          break;
        }
        await this.#connect(room, userName);
        return;
      } catch (error) {
        if (error instanceof RoomError && error.status) break; // the room itself refuses
        await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
      }
    }
    this.#finish(outcome);
  }

  /** @param {Outcome} outcome */
  #finish(outcome) {
    if (!this.connection) return;
    this.connection.close();
    this.connection = null;
    this.stage.clear();
    this.people.clear();
    this.recording.clear();
    this.share.stop();
    this.controls.menu.show(false);
    this.devices.release();
    this.transcript.shown = false;
    part("type").setAttribute("aria-expanded", "false");
    this.dispatchEvent(new CustomEvent("over", { detail: outcome }));
  }
}
