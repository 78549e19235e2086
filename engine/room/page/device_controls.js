/** The microphone and camera buttons, the self-views, and what is said when a device fails. */

import { dismiss, notify } from "./screens.js";
import { troubleText } from "./words.js";

/** @typedef {import("./devices.js").Device} Device */

/** @type {Record<Device, {on: string, off: string, key: string}>} */
const LABELS = {
  microphone: { on: "Mute the microphone", off: "Turn the microphone on", key: "M" },
  camera: { on: "Turn the camera off", off: "Turn the camera on", key: "V" },
};

export class DeviceControls {
  /**
   * @param {import("./devices.js").Devices} devices
   * @param {HTMLVideoElement[]} selfViews
   */
  constructor(devices, selfViews) {
    this.devices = devices;
    this.selfViews = selfViews;
    /** More buttons of a notice about a failed microphone. @type {Record<string, () => void>} */
    this.withoutMicrophone = {};
    this.buttons = /** @type {HTMLButtonElement[]} */ ([...document.querySelectorAll("button[data-device]")]);
    for (const button of this.buttons) {
      button.addEventListener("click", () => this.toggle(/** @type {Device} */ (button.dataset.device)));
    }
    devices.addEventListener("change", () => this.refresh());
    devices.addEventListener("trouble", (event) => this.#explain(/** @type {CustomEvent<Device>} */ (event).detail));
    this.refresh();
  }

  /** Whether the device is on, or will be once the browser has been asked. @param {Device} device */
  isOn(device) {
    const { tracks, wanted, trouble } = this.devices;
    return tracks[device] ? this.devices.isOn(device) : wanted[device] && trouble[device] === null;
  }

  /** @param {Device} device */
  toggle(device) {
    return this.devices.turn(device, !this.isOn(device));
  }

  refresh() {
    for (const button of this.buttons) {
      const device = /** @type {Device} */ (button.dataset.device);
      const on = this.isOn(device);
      const label = LABELS[device][on ? "on" : "off"];
      button.dataset.on = String(on);
      button.setAttribute("aria-label", label);
      button.dataset.tip = button.hasAttribute("aria-keyshortcuts") ? `${label}  ${LABELS[device].key}` : label;
      if (this.devices.tracks[device]) dismiss(device);
    }
    const camera = this.devices.tracks.camera;
    for (const view of this.selfViews) {
      const shown = view.srcObject instanceof MediaStream ? view.srcObject.getVideoTracks()[0] : null;
      if (shown !== camera) view.srcObject = camera ? new MediaStream([camera]) : null;
      view.parentElement?.classList.toggle("has-picture", camera !== null);
      view.parentElement?.classList.toggle("muted", !this.isOn("microphone"));
    }
  }

  /** @param {Device} device */
  #explain(device) {
    const { trouble } = this.devices;
    const why = trouble[device];
    if (!why) return;
    // One reason for both is said once, for the one that matters more.
    if (device === "camera" && why === trouble.microphone) return;
    const retry = { "Try again": () => void this.devices.turn(device, true) };
    notify(device, troubleText(device, why), device === "microphone" ? { ...retry, ...this.withoutMicrophone } : retry);
  }
}
