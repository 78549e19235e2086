/**
 * The person's own screen, shown to the others.
 *
 * Events: `change` (`track` came or went), `trouble` (it could not be shared; not when the person thought better of it).
 */

/** Text has to be legible, and a slide does not move. @type {DisplayMediaStreamOptions} */
const WANTED = {
  video: { width: { max: 1920 }, height: { max: 1080 }, frameRate: { ideal: 10, max: 15 } },
  audio: false,
};

export class ScreenShare extends EventTarget {
  /** @type {MediaStreamTrack | null} */
  track = null;
  #asking = false;

  /** Whether this browser can share a screen at all. */
  get possible() {
    return Boolean(navigator.mediaDevices?.getDisplayMedia);
  }

  /** Share, or stop. */
  async toggle() {
    if (this.track) this.stop();
    else await this.#start();
  }

  stop() {
    const { track } = this;
    if (!track) return;
    this.track = null;
    track.stop();
    this.dispatchEvent(new Event("change"));
  }

  async #start() {
    if (this.#asking || !this.possible) return;
    this.#asking = true;
    try {
      const [track] = (await navigator.mediaDevices.getDisplayMedia(WANTED)).getVideoTracks();
      track.contentHint = "detail";
      track.addEventListener("ended", () => this.track === track && this.stop());
      this.track = track;
      this.dispatchEvent(new Event("change"));
    } catch (error) {
      if (!(error instanceof DOMException) || !["NotAllowedError", "AbortError", "InvalidStateError"].includes(error.name)) {
        this.dispatchEvent(new Event("trouble"));
      }
    } finally {
      this.#asking = false;
    }
  }
}
