/** Captions: people's words and the replica's, live, one line of each at most. */

const READING_MS_PER_CHARACTER = 60;
const SHORTEST_MS = 3500;
const LONGEST_MS = 12000;
const FADING_MS = 2500;

/** @typedef {"user" | "replica"} Role */

export class Captions {
  /** @type {Record<Role, HTMLElement>} */
  #lines;
  /** @type {Record<Role, number>} */
  #timers = { user: 0, replica: 0 };
  /** When each timer runs out, in milliseconds of `performance.now()`. @type {Record<Role, number>} */
  #ends = { user: 0, replica: 0 };

  /** @param {HTMLElement} element  has a child `[data-role]` for each speaker */
  constructor(element) {
    this.element = element;
    const line = (/** @type {Role} */ role) =>
      /** @type {HTMLElement} */ (element.querySelector(`[data-role="${role}"]`));
    this.#lines = { user: line("user"), replica: line("replica") };
  }

  get shown() {
    return !this.element.hidden;
  }

  set shown(shown) {
    this.element.hidden = !shown;
  }

  /** @param {string} name */
  set replicaName(name) {
    /** @type {HTMLElement} */ (this.#lines.replica.querySelector(".who")).textContent = name;
  }

  /** @param {import("./connection.js").Message} message @param {string} [person]  who said it, of the people */
  follow(message, person) {
    const { role, speech, final, is_interrupted: cut, interrupted } = message.properties ?? {};
    const finished = message.event_type === "conversation.utterance";
    if (!finished && message.event_type !== "conversation.utterance.streaming") return;
    if ((role !== "user" && role !== "replica") || typeof speech !== "string") return;
    this.show(role, speech, { final: finished || Boolean(final), cut: Boolean(cut || interrupted), person });
  }

  /**
   * @param {Role} role
   * @param {string} speech  all words of the turn so far; shown as text, whatever it contains
   * @param {{final?: boolean, cut?: boolean, person?: string}} [state]
   */
  show(role, speech, { final = true, cut = false, person = "You" } = {}) {
    const line = this.#lines[role];
    this.#keep(role);
    if (role === "user") /** @type {HTMLElement} */ (line.querySelector(".who")).textContent = person;
    const words = speech.trim();
    /** @type {HTMLElement} */ (line.querySelector(".words")).textContent = cut && words ? `${words} —` : words;
    line.classList.toggle("final", final);
    line.hidden = !words;
    // A new question takes the old answer away, and an answer soon leaves its question behind: faces need the room.
    if (role === "user" && !final) this.#hide("replica");
    if (role === "replica" && !this.#lines.user.hidden) this.#hideAfter("user", FADING_MS);
    const reading = Math.min(LONGEST_MS, Math.max(SHORTEST_MS, words.length * READING_MS_PER_CHARACTER));
    this.#hideAfter(role, final ? reading : LONGEST_MS);
  }

  clear() {
    this.#hide("user");
    this.#hide("replica");
  }

  /** @param {Role} role */
  #keep(role) {
    clearTimeout(this.#timers[role]);
    this.#timers[role] = 0;
  }

  /** At the latest then. @param {Role} role @param {number} milliseconds */
  #hideAfter(role, milliseconds) {
    const now = performance.now();
    const end = Math.min(now + milliseconds, this.#timers[role] ? this.#ends[role] : Infinity);
    clearTimeout(this.#timers[role]);
    this.#ends[role] = end;
    this.#timers[role] = setTimeout(() => this.#hide(role), end - now);
  }

  /** @param {Role} role */
  #hide(role) {
    this.#keep(role);
    this.#lines[role].hidden = true;
  }
}
