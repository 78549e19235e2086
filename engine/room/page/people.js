/**
 * Who is in the room, as the room tells it.
 *
 * Events: `change` (somebody came, went, or shows something else), `news` (detail: a sentence for everybody's eyes and
 * ears), `pictures` (`shown` is new), `speaker` (`speaker` is new), `quality` (`quality` is new).
 *
 * @typedef {object} Person
 * @property {string} session_id
 * @property {string} user_id
 * @property {string} user_name
 * @property {boolean} audio  the microphone is on
 * @property {boolean} video  the camera is on
 * @property {boolean} screen  a screen is shared
 * @property {Quality} [network]  of the connection; rooms tell that of others so
 * @property {boolean} local  it is the one who looks at this page
 *
 * @typedef {{mid: string, session_id: string, kind: "camera" | "screen"}} Shown  who is shown in which section
 * @typedef {"good" | "low" | "very-low"} Quality
 */

import { connectionNews, joined, left, shares, sharesNoMore } from "./words.js";

/** What the `user_id` of the replica begins with. */
const REPLICA = "tavus-replica";
/** From bad to good. @type {Quality[]} */
const QUALITIES = ["very-low", "low", "good"];

export class People extends EventTarget {
  /** Everybody else, without the replica, in the order in which they came. @type {Map<string, Person>} */
  others = new Map();
  /** @type {Person | null} */
  local = null;
  /** Whether the room has told who is there: before that it is told nothing. */
  known = false;
  /** @type {Shown[]} */
  shown = [];
  /** `session_id` of who speaks, or spoke last. */
  speaker = "";
  /** Of this page's own connection. @type {Quality} */
  quality = "good";

  /** @param {import("./connection.js").Message} message */
  follow(message) {
    const properties = message.properties ?? {};
    switch (message.event_type) {
      case "room.participants":
        this.#replace(list(properties.participants));
        break;
      case "room.participant_joined":
      case "room.participant_updated":
        this.#take(properties.participant, this.known);
        this.#tell("change");
        break;
      case "room.participant_left":
        this.#drop(String(properties.participant?.session_id));
        this.#tell("change");
        break;
      case "room.pictures":
        this.shown = list(properties.pictures);
        this.#tell("pictures");
        break;
      case "room.active_speaker":
        this.speaker = String(properties.session_id ?? "");
        this.#tell("speaker");
        break;
      case "room.network_quality":
        this.#judge(properties.threshold);
        break;
    }
  }

  /** Somebody's name as others read it. @param {string} sessionId */
  nameOf(sessionId) {
    return this.others.get(sessionId)?.user_name || "Guest";
  }

  /** How good somebody's connection is. @param {Person} person @returns {Quality} */
  qualityOf(person) {
    return QUALITIES.find((each) => each === person.network) ?? "good";
  }

  /** Who said it: "You", or a name. @param {import("./connection.js").Message} message */
  saidBy(message) {
    const { session_id: sessionId, user_name: name } = message.properties?.participant ?? {};
    return this.others.has(sessionId) ? name || "Guest" : "You";
  }

  /** The connection is a new one: nobody is shown in it yet, and nothing is known of its quality. */
  beginAnew() {
    this.shown = [];
    this.quality = "good";
    this.known = false;
    this.#tell("pictures");
    this.#tell("quality");
  }

  /** The call is over. */
  clear() {
    this.others.clear();
    this.local = null;
    this.speaker = "";
    this.beginAnew();
    this.#tell("change");
  }

  /** @param {Person[]} everybody */
  #replace(everybody) {
    // Who has come back is told of those who came and went meanwhile.
    const back = this.local !== null;
    const present = new Set(everybody.map((person) => person.session_id));
    for (const sessionId of [...this.others.keys()]) if (!present.has(sessionId)) this.#drop(sessionId);
    for (const person of everybody) this.#take(person, back);
    this.known = true;
    this.#tell("change");
  }

  /** @param {Person | undefined} person @param {boolean} isNews */
  #take(person, isNews) {
    if (!person?.session_id || person.user_id?.startsWith(REPLICA)) return;
    if (person.local || person.session_id === this.local?.session_id) {
      this.local = person;
      return;
    }
    const before = this.others.get(person.session_id);
    this.others.set(person.session_id, person);
    const name = this.nameOf(person.session_id);
    if (!before && isNews) this.#tell("news", joined(name));
    if (before && person.screen !== before.screen) this.#tell("news", person.screen ? shares(name) : sharesNoMore(name));
  }

  /** @param {string} sessionId */
  #drop(sessionId) {
    if (!this.others.has(sessionId)) return;
    const name = this.nameOf(sessionId);
    this.others.delete(sessionId);
    this.#tell("news", left(name));
  }

  /** @param {unknown} threshold */
  #judge(threshold) {
    const now = QUALITIES.find((each) => each === threshold);
    if (!now) return;
    const worse = QUALITIES.indexOf(now) < QUALITIES.indexOf(this.quality);
    this.quality = now;
    this.#tell("quality");
    if (worse) this.#tell("news", connectionNews(now));
  }

  /** @param {string} name @param {unknown} [detail] */
  #tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}

/** @param {unknown} value */
function list(value) {
  return Array.isArray(value) ? value : [];
}
