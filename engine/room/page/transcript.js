/** The conversation as text: a scrolling log, and the box in which a person types instead of speaking. */

/** @typedef {"user" | "replica"} Role */

export class Transcript extends EventTarget {
  /** What was typed and is already in the log, until the room repeats it. @type {string[]} */
  #echoes = [];

  /**
   * Event: `say` (detail: the text that was typed).
   * @param {{panel: HTMLElement, log: HTMLElement, form: HTMLFormElement, input: HTMLTextAreaElement}} parts
   */
  constructor({ panel, log, form, input }) {
    super();
    this.panel = panel;
    this.log = log;
    this.input = input;
    this.replicaName = "Replica";
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
    input.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.#submit();
    });
  }

  get shown() {
    return !this.panel.hidden;
  }

  set shown(shown) {
    this.panel.hidden = !shown;
    if (shown) {
      this.log.scrollTop = this.log.scrollHeight;
      this.input.focus({ preventScroll: true });
    }
  }

  /** @param {import("./connection.js").Message} message @param {string} [person]  who said it, of the people */
  follow(message, person = "You") {
    if (message.event_type !== "conversation.utterance") return;
    const { role, speech, interrupted } = message.properties ?? {};
    if ((role !== "user" && role !== "replica") || typeof speech !== "string") return;
    const echo = role === "user" && person === "You" ? this.#echoes.indexOf(speech.trim()) : -1;
    if (echo >= 0) this.#echoes.splice(echo, 1);
    else this.add(role, speech, Boolean(interrupted), person);
  }

  /**
   * @param {Role} role
   * @param {string} speech  shown as text, whatever it contains
   * @param {boolean} [interrupted]
   * @param {string} [person]
   */
  add(role, speech, interrupted = false, person = "You") {
    const words = speech.trim();
    if (!words) return;
    const atEnd = this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < 40;
    const entry = document.createElement("li");
    entry.className = role;
    const who = document.createElement("span");
    who.className = "who";
    who.textContent = role === "user" ? person : this.replicaName;
    const what = document.createElement("p");
    what.textContent = interrupted ? `${words} —` : words;
    entry.append(who, what);
    this.log.append(entry);
    if (atEnd) this.log.scrollTop = this.log.scrollHeight;
  }

  clear() {
    this.log.replaceChildren();
    this.#echoes = [];
  }

  #submit() {
    const text = this.input.value.trim();
    if (!text) return;
    const say = new CustomEvent("say", { detail: text, cancelable: true });
    // A listener that could not send it cancels: the words then stay in the box.
    if (!this.dispatchEvent(say)) return;
    this.input.value = "";
    this.#echoes.push(text);
    this.add("user", text);
  }
}
