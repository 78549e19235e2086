/**
 * The person's microphone and camera: asked for together, kept apart when one of them fails.
 *
 * Events: `change` (a track came, went, or was muted), `trouble` (detail: Device, see `trouble`).
 *
 * @typedef {"microphone" | "camera"} Device
 * @typedef {"refused" | "embedded" | "system" | "missing" | "busy" | "insecure" | "unplugged" | "unknown"} Trouble
 */

/** @type {Record<Device, MediaTrackConstraints>} */
const CONSTRAINTS = {
  microphone: { echoCancellation: true, noiseSuppression: true, autoGainControl: true, channelCount: { ideal: 1 } },
  camera: { width: { ideal: 640 }, height: { ideal: 480 }, frameRate: { ideal: 24, max: 30 }, facingMode: "user" },
};

export class Devices extends EventTarget {
  /** What the person wants, whether or not the device is there. @type {Record<Device, boolean>} */
  wanted = { microphone: true, camera: true };
  /** @type {Record<Device, MediaStreamTrack | null>} */
  tracks = { microphone: null, camera: null };
  /** Why a wanted device is not there. @type {Record<Device, Trouble | null>} */
  trouble = { microphone: null, camera: null };
  /** Rises with each release: a permission granted after that is given back at once. */
  #lease = 0;

  /** @param {Device} device */
  isOn(device) {
    return this.tracks[device]?.enabled ?? false;
  }

  /** Whether the browser would hand out the devices without asking. @param {Device} device */
  async isGranted(device) {
    return (await permission(device)) === "granted";
  }

  /** Ask for every wanted device that is not open yet. Settles when the person has answered; never rejects. */
  async open() {
    const missing = /** @type {Device[]} */ (["microphone", "camera"]).filter(
      (device) => this.wanted[device] && !this.tracks[device],
    );
    if (missing.length) await this.#ask(missing);
  }

  /**
   * Turn a device on or off. A muted microphone keeps its track, silenced at the source; a camera is let go, so that
   * its light goes out.
   * @param {Device} device
   * @param {boolean} on
   */
  async turn(device, on) {
    this.wanted[device] = on;
    const track = this.tracks[device];
    if (on && !track) {
      await this.#ask([device]);
    } else if (device === "microphone" && track) {
      track.enabled = on;
    } else if (!on) {
      this.#drop(device);
    }
    this.#changed();
  }

  /** Let everything go. */
  release() {
    this.#lease += 1;
    this.#drop("microphone");
    this.#drop("camera");
    this.#changed();
  }

  /** @param {Device[]} devices */
  async #ask(devices) {
    const lease = this.#lease;
    if (!navigator.mediaDevices?.getUserMedia) {
      for (const device of devices) this.#fail(device, "insecure");
      return;
    }
    try {
      const stream = await navigator.mediaDevices.getUserMedia({
        audio: devices.includes("microphone") && CONSTRAINTS.microphone,
        video: devices.includes("camera") && CONSTRAINTS.camera,
      });
      for (const track of stream.getTracks()) {
        if (lease === this.#lease) this.#take(track.kind === "audio" ? "microphone" : "camera", track);
        else track.stop();
      }
    } catch (error) {
      if (lease !== this.#lease) return;
      const trouble = await reason(error, devices);
      const rest = devices.length > 1 ? await separately(devices, trouble) : [];
      for (const device of devices.filter((each) => !rest.includes(each))) this.#fail(device, trouble);
      for (const device of rest) await this.#ask([device]);
    }
  }

  /** @param {Device} device @param {MediaStreamTrack} track */
  #take(device, track) {
    this.trouble[device] = null;
    // Asked for twice (a preview still opening while "Join" is clicked), one of the two is given back.
    if (this.tracks[device] || (device === "camera" && !this.wanted.camera)) {
      track.stop();
      return;
    }
    track.enabled = this.wanted[device];
    this.tracks[device] = track;
    track.addEventListener("ended", () => {
      if (this.tracks[device] !== track) return;
      this.tracks[device] = null;
      this.#fail(device, "unplugged");
    });
    this.#changed();
  }

  /** @param {Device} device @param {Trouble} trouble */
  #fail(device, trouble) {
    this.trouble[device] = trouble;
    this.dispatchEvent(new CustomEvent("trouble", { detail: device }));
    this.#changed();
  }

  /** @param {Device} device */
  #drop(device) {
    const track = this.tracks[device];
    this.tracks[device] = null;
    track?.stop();
  }

  #changed() {
    this.dispatchEvent(new Event("change"));
  }
}

/**
 * Which devices to ask for once more, each alone: one that is refused or absent must not cost the other, but nobody is
 * asked again for what they have just refused.
 * @param {Device[]} devices
 * @param {Trouble} trouble
 * @returns {Promise<Device[]>}
 */
async function separately(devices, trouble) {
  if (trouble !== "refused" && trouble !== "embedded") return devices;
  const states = await Promise.all(devices.map(permission));
  return states.includes("denied") ? devices.filter((_, index) => states[index] !== "denied") : [];
}

/** @param {Device} device @returns {Promise<PermissionState | "unknown">} */
async function permission(device) {
  try {
    return (await navigator.permissions.query({ name: /** @type {PermissionName} */ (device) })).state;
  } catch {
    return "unknown"; // Not every browser answers for these two.
  }
}

/** @param {unknown} error @param {Device[]} devices @returns {Promise<Trouble>} */
async function reason(error, devices) {
  const { name = "", message = "" } = error instanceof Error ? error : {};
  if (name === "NotAllowedError" || name === "SecurityError") {
    if (/system/i.test(message)) return "system";
    // @ts-ignore: not in every browser yet
    const policy = document.permissionsPolicy ?? document.featurePolicy;
    return policy && devices.some((device) => !policy.allowsFeature(device)) ? "embedded" : "refused";
  }
  if (name === "NotFoundError" || name === "OverconstrainedError") return "missing";
  if (name === "NotReadableError" || name === "AbortError") return "busy";
  return "unknown";
}
