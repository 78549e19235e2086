/** A level meter: shows on every `.meter` how loud the microphone is, as the custom property `--level` (0..1). */

const FLOOR_DB = -60;
const RANGE_DB = 48;
const FALL_PER_STEP = 0.82;
const STEP_MS = 40;

export class LevelMeter {
  /** @type {AudioContext | null} */
  #context = null;
  /** @type {MediaStreamAudioSourceNode | null} */
  #source = null;
  /** @type {MediaStreamTrack | null} */
  #track = null;
  #timer = 0;
  #level = 0;

  /** @param {Iterable<HTMLElement>} elements */
  constructor(elements) {
    this.elements = [...elements];
  }

  /** Follow a track, or none. @param {MediaStreamTrack | null} track */
  follow(track) {
    if (track === this.#track) return;
    this.#track = track;
    clearInterval(this.#timer);
    this.#source?.disconnect();
    this.#source = null;
    this.#show(0);
    if (!track) {
      this.#context?.suspend();
      return;
    }
    this.#context ??= new AudioContext();
    // Before the first click the browser keeps the context asleep; the click that joins wakes it.
    this.wake();
    const analyser = new AnalyserNode(this.#context, { fftSize: 2048 });
    this.#source = new MediaStreamAudioSourceNode(this.#context, { mediaStream: new MediaStream([track]) });
    this.#source.connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    this.#timer = setInterval(() => {
      analyser.getFloatTimeDomainData(samples);
      const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
      const decibels = 10 * Math.log10(power + 1e-10);
      const level = Math.min(1, Math.max(0, (decibels - FLOOR_DB) / RANGE_DB));
      this.#show(Math.max(level, this.#level * FALL_PER_STEP));
    }, STEP_MS);
  }

  wake() {
    if (this.#track && this.#context?.state === "suspended") this.#context.resume().catch(() => {});
  }

  /** @param {number} level 0..1 */
  #show(level) {
    this.#level = level;
    for (const element of this.elements) element.style.setProperty("--level", level.toFixed(3));
  }
}
