/**
 * The people beside the replica: a tile each, and a shared screen in the place of the replica, which becomes a tile
 * itself as long as that lasts.
 *
 * @typedef {import("./people.js").People} People
 * @typedef {import("./people.js").Person} Person
 */

import { aside, screenOf } from "./words.js";

/** Colours of the initials, by a person's id: dark enough for white letters. */
const HUES = 8;

export class Tiles {
  /** @type {Map<string, HTMLElement>} */
  #tiles = new Map();
  /** The screens that were shown last, the newest first. @type {string[]} */
  #screens = [];

  /**
   * @param {{stage: HTMLElement, list: HTMLElement, self: HTMLElement, shared: HTMLElement, screen: HTMLVideoElement,
   *   screenName: HTMLElement}} parts
   * @param {People} people
   * @param {(mid: string) => MediaStreamTrack | null} pictureIn
   */
  constructor(parts, people, pictureIn) {
    this.parts = parts;
    this.people = people;
    this.pictureIn = pictureIn;
    people.addEventListener("change", () => this.#show());
    people.addEventListener("pictures", () => this.#show());
    people.addEventListener("speaker", () => this.#ring());
    people.addEventListener("quality", () => this.#judge());
  }

  #show() {
    const { others, local } = this.people;
    for (const [sessionId, tile] of this.#tiles) {
      if (others.has(sessionId)) continue;
      tile.remove();
      this.#tiles.delete(sessionId);
    }
    for (const person of others.values()) this.#fill(this.#tileOf(person), person);
    this.parts.stage.classList.toggle("together", others.size > 0);
    this.parts.list.dataset.count = String(others.size + 1);
    initials(this.parts.self, local?.user_name || "You", local?.session_id ?? "");
    this.#showScreen();
    this.#ring();
    this.#judge();
  }

  /** @param {Person} person */
  #tileOf(person) {
    const known = this.#tiles.get(person.session_id);
    if (known) return known;
    const template = /** @type {HTMLTemplateElement} */ (document.getElementById("tile"));
    const tile = /** @type {HTMLElement} */ (template.content.firstElementChild?.cloneNode(true));
    tile.dataset.sessionId = person.session_id;
    this.#tiles.set(person.session_id, tile);
    this.parts.list.append(tile);
    return tile;
  }

  /** @param {HTMLElement} tile @param {Person} person */
  #fill(tile, person) {
    const name = this.people.nameOf(person.session_id);
    const shown = this.people.shown.find((each) => each.session_id === person.session_id && each.kind === "camera");
    const video = /** @type {HTMLVideoElement} */ (tile.querySelector("video"));
    play(video, person.video && shown ? this.pictureIn(shown.mid) : null);
    initials(tile, name, person.session_id);
    tile.classList.toggle("has-picture", video.srcObject !== null);
    tile.classList.toggle("muted", !person.audio);
    /** @type {HTMLElement} */ (tile.querySelector(".name")).textContent = name;
    const quality = this.people.qualityOf(person);
    tile.dataset.quality = quality;
    /** @type {HTMLElement} */ (tile.querySelector(".unseen")).textContent = aside(person.audio, quality);
  }

  #showScreen() {
    const now = this.people.shown.filter(({ kind, session_id: id }) => kind === "screen" && this.people.others.has(id));
    const ids = now.map((each) => each.session_id);
    const fresh = ids.filter((id) => !this.#screens.includes(id));
    this.#screens = [...fresh, ...this.#screens.filter((id) => ids.includes(id))];
    const [newest] = this.#screens;
    const shown = now.find((each) => each.session_id === newest);
    play(this.parts.screen, shown ? this.pictureIn(shown.mid) : null);
    const name = shown ? screenOf(this.people.nameOf(newest)) : "";
    this.parts.screenName.textContent = name;
    this.parts.screen.setAttribute("aria-label", name);
    this.parts.shared.hidden = !shown;
    this.parts.stage.classList.toggle("sharing", Boolean(shown));
  }

  #ring() {
    const { speaker, local } = this.people;
    for (const [sessionId, tile] of this.#tiles) tile.classList.toggle("speaking", sessionId === speaker);
    this.parts.self.classList.toggle("speaking", Boolean(local) && local?.session_id === speaker);
  }

  #judge() {
    this.parts.self.dataset.quality = this.people.quality;
  }
}

/** @param {HTMLVideoElement} video @param {MediaStreamTrack | null} track */
function play(video, track) {
  const playing = video.srcObject instanceof MediaStream ? video.srcObject.getVideoTracks()[0] : null;
  if (playing !== track) video.srcObject = track ? new MediaStream([track]) : null;
}

/** @param {HTMLElement} tile @param {string} name @param {string} sessionId */
function initials(tile, name, sessionId) {
  const words = name.trim().split(/\s+/);
  const letters = [words[0], words.length > 1 ? words[words.length - 1] : ""].map((word) => [...word][0] ?? "");
  /** @type {HTMLElement} */ (tile.querySelector(".letters")).textContent = letters.join("").toUpperCase();
  const sum = [...sessionId].reduce((total, letter) => total + letter.charCodeAt(0), 0);
  tile.dataset.hue = String(sum % HUES);
}
