/** The controls of what concerns everybody in the room: sharing a screen, recording, and the menu with the rest. */

import { Menu } from "./menu.js";
import { notify, part } from "./screens.js";
import { recordingTrouble, SHARE_TROUBLE } from "./words.js";

const NEWS_MS = 5000;
const NOISE_KEY = "noise_cancellation";

export class RoomControls extends EventTarget {
  #newsTimer = 0;
  menu = new Menu(part("more", HTMLButtonElement), part("more-menu"));
  #noise = part("noise", HTMLInputElement);

  /**
   * Event: `change` (the choice about noise is another one).
   * @param {import("./screen_share.js").ScreenShare} share
   * @param {import("./recording.js").Recording} recording
   */
  constructor(share, recording) {
    super();
    this.share = share;
    this.recording = recording;
    this.#noise.checked = remembered(NOISE_KEY) === "true";
    this.#noise.addEventListener("change", () => {
      remember(NOISE_KEY, String(this.#noise.checked));
      this.dispatchEvent(new Event("change"));
    });
    for (const button of buttons("share")) button.addEventListener("click", () => void share.toggle());
    for (const button of buttons("record")) button.addEventListener("click", () => recording.toggle());
    part("sharing-stop").addEventListener("click", () => share.stop());
    share.addEventListener("change", () => this.#showShare());
    share.addEventListener("trouble", () => notify("share", SHARE_TROUBLE));
    recording.addEventListener("change", () => this.#showRecording());
    recording.addEventListener("news", (event) => this.tell(/** @type {CustomEvent<string>} */ (event).detail));
    recording.addEventListener("trouble", (event) =>
      notify("recording", recordingTrouble(/** @type {CustomEvent<string>} */ (event).detail)),
    );
    this.#showShare();
    this.#showRecording();
  }

  /** Whether the room shall take noise out of this person's sound. */
  get noiseCancellation() {
    return this.#noise.checked;
  }

  /** @param {import("./signalling.js").Room} room */
  describe(room) {
    for (const button of buttons("record")) button.hidden = !room.recording_enabled;
    for (const button of buttons("share")) button.hidden = room.audio_only || !this.share.possible;
  }

  /** Say something for everybody's eyes and ears, for a moment. @param {string} sentence */
  tell(sentence) {
    const news = part("news");
    clearTimeout(this.#newsTimer);
    news.textContent = sentence;
    this.#newsTimer = setTimeout(() => news.replaceChildren(), NEWS_MS);
  }

  #showShare() {
    const on = this.share.track !== null;
    part("sharing").hidden = !on;
    for (const button of buttons("share")) name(button, on ? "Stop sharing" : "Share your screen", on, "S");
  }

  #showRecording() {
    const { running, waiting } = this.recording;
    part("recording").hidden = !running;
    for (const button of buttons("record")) {
      name(button, running ? "Stop recording" : "Record the call", running);
      button.setAttribute("aria-busy", String(waiting));
    }
  }
}

/** @param {"share" | "record"} act @returns {NodeListOf<HTMLButtonElement>} */
function buttons(act) {
  return document.querySelectorAll(`button[data-act="${act}"]`);
}

/** @param {HTMLButtonElement} button @param {string} label @param {boolean} on @param {string} [key] */
function name(button, label, on, key) {
  button.dataset.on = String(on);
  const words = button.querySelector(".words");
  if (words) {
    words.textContent = label;
    return;
  }
  button.setAttribute("aria-label", label);
  button.dataset.tip = key ? `${label}  ${key}` : label;
}

/** @param {string} key */
function remembered(key) {
  try {
    return localStorage.getItem(key);
  } catch {
    return null; // Storage is blocked in some embedded pages.
  }
}

/** @param {string} key @param {string} value */
function remember(key, value) {
  try {
    localStorage.setItem(key, value);
  } catch {
    // It then holds for this call.
  }
}
