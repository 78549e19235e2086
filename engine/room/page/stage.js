/** The replica, large: its picture and sound, and what stands in for them while there is none. */

const AMBIENT_EVERY_MS = 4000;

export class Stage {
  #timer = 0;

  /**
   * @param {{stage: HTMLElement, video: HTMLVideoElement, unblock: HTMLButtonElement}} parts
   */
  constructor({ stage, video, unblock }) {
    this.stage = stage;
    this.video = video;
    this.unblock = unblock;
    video.addEventListener("resize", () => this.#fit());
    video.addEventListener("playing", () => this.#watch());
    unblock.addEventListener("click", () => this.#hear());
  }

  /** @param {MediaStream} stream */
  async play(stream) {
    // Set again for each track that comes, a stream that is already playing would stutter.
    if (this.video.srcObject !== stream) this.video.srcObject = stream;
    this.video.muted = false;
    try {
      await this.video.play();
      this.unblock.hidden = true;
    } catch (error) {
      if (!(error instanceof DOMException) || error.name !== "NotAllowedError") return;
      // Browsers forbid sound before a click, but not a silent picture.
      this.unblock.hidden = false;
      this.video.muted = true;
      await this.video.play().catch(() => {});
    }
  }

  clear() {
    clearInterval(this.#timer);
    this.video.srcObject = null;
    this.unblock.hidden = true;
    this.stage.classList.remove("live");
  }

  #hear() {
    this.unblock.hidden = true;
    const { srcObject } = this.video;
    if (srcObject instanceof MediaStream) this.play(srcObject);
  }

  #fit() {
    const { videoWidth, videoHeight } = this.video;
    if (videoWidth && videoHeight) this.stage.style.setProperty("--picture", String(videoWidth / videoHeight));
  }

  #watch() {
    this.#fit();
    const show = () => this.stage.classList.toggle("live", this.video.videoWidth > 0);
    show();
    clearInterval(this.#timer);
    this.#timer = setInterval(() => {
      show();
      this.#tint();
    }, AMBIENT_EVERY_MS);
    this.video.requestVideoFrameCallback?.(() => {
      show();
      this.#tint();
    });
  }

  /** Let the room around the picture take on its colour, darkened. */
  #tint() {
    if (!this.video.videoWidth || document.hidden) return;
    const canvas = new OffscreenCanvas(4, 4);
    const context = canvas.getContext("2d", { willReadFrequently: true });
    if (!context) return;
    context.drawImage(this.video, 0, 0, 4, 4);
    const { data } = context.getImageData(0, 0, 4, 1);
    const mean = [0, 1, 2].map((channel) => (data[channel] + data[channel + 12]) / 2);
    this.stage.style.setProperty("--ambient", `rgb(${mean.map((value) => Math.round(value * 0.4)).join(" ")})`);
  }
}
