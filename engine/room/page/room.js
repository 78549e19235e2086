/**
 * The room page: a lobby, one click, the call, and what comes after it.
 *
 * `window.visavis` shows the inside to tests and to the curious: `peer` (RTCPeerConnection), `messages` (every message
 * received, with `at` in milliseconds of `performance.now()`), `presence`, `people`, `room`, `devices`.
 */

import { CallScreen } from "./call.js";
import { DeviceControls } from "./device_controls.js";
import { Devices } from "./devices.js";
import { LevelMeter } from "./meter.js";
import { dismiss, part, showOutcome, showScreen } from "./screens.js";
import { listenForShortcuts } from "./shortcuts.js";
import { conversationIdOfPage, RoomError, Signalling, takeMeetingToken } from "./signalling.js";
import { ended, refusal } from "./words.js";

/** @typedef {import("./signalling.js").Room} Room */

const MOST_MESSAGES = 5000;
/** A granted permission answers at once; only a question that stays open needs explaining. */
const ASKING_MS = 700;

const signalling = new Signalling(conversationIdOfPage(), takeMeetingToken());
const devices = new Devices();
const preview = part("preview", HTMLVideoElement);
const controls = new DeviceControls(devices, [preview, part("self", HTMLVideoElement)]);
const call = new CallScreen(signalling, devices);
const meter = new LevelMeter(document.querySelectorAll(".meter"));
const joinButton = part("join", HTMLButtonElement);
const nameField = part("user-name", HTMLInputElement);

/** @type {Room | null} */
let room = null;
/** @type {{at: number, message: import("./connection.js").Message}[]} */
const messages = [];
Object.defineProperty(window, "visavis", {
  value: {
    messages,
    devices,
    get peer() {
      return call.connection?.peer ?? null;
    },
    get presence() {
      return call.presence.state;
    },
    get people() {
      return call.people;
    },
    get room() {
      return room;
    },
  },
});

/** Learn about the room. @returns {Promise<boolean>} whether it can be joined; if not, the page says why */
async function look() {
  try {
    room = await signalling.describe();
  } catch (error) {
    refuse(error, () => void open());
    return false;
  }
  if (room.status === "ended") {
    showOutcome(ended());
    return false;
  }
  describe(room, room.replica_name);
  return true;
}

/** @param {Room} about @param {string} replicaName */
function describe(about, replicaName) {
  const title = about.conversation_name || `A conversation with ${replicaName}`;
  document.title = `${title} · Visavis`;
  part("conversation-name").textContent = title;
  for (const element of document.querySelectorAll("[data-replica-name]")) element.textContent = replicaName;
  for (const badge of document.querySelectorAll("[data-basic-voice]")) badge.toggleAttribute("hidden", !about.basic_voice);
  for (const badge of document.querySelectorAll("[data-stock-voice]")) badge.toggleAttribute("hidden", !about.stock_voice || about.basic_voice);
  part("badge-audio").hidden = !about.audio_only;
  document.body.classList.toggle("voice-only", about.audio_only);
  call.describe(about, replicaName);
}

/** @param {unknown} error @param {() => void} retry */
function refuse(error, retry) {
  if (!(error instanceof RoomError)) console.error(error);
  const { status, message } = error instanceof RoomError ? error : { status: -1, message: "The browser could not start the call." };
  showOutcome(refusal(status, message), retry);
}

async function open() {
  showScreen("loading");
  if (!(await look())) return;
  if (room?.audio_only) devices.wanted.camera = false;
  controls.refresh();
  call.showCaptions(room?.closed_captions ?? false);
  showLobby();
  if (signalling.returning) {
    await join();
    return;
  }
  const granted = await Promise.all([devices.isGranted("microphone"), devices.isGranted("camera")]);
  // Only where the browser has been told to allow it before: nobody is asked ahead of the click.
  if (granted.every(Boolean) && !call.connection) await devices.open();
}

function describeLobby() {
  const { microphone, camera } = devices.wanted;
  const camerasWords = camera ? "Your camera starts when you join" : "Your camera is off";
  part("preview-words").textContent = room?.audio_only ? "A call without pictures" : camerasWords;
  const asked = [microphone && "microphone", camera && "camera"].filter(Boolean).join(" and ");
  part("join-words").textContent = asked && `Your browser asks for your ${asked} when you join.`;
}

function showLobby() {
  describeLobby();
  joinButton.disabled = false;
  joinButton.textContent = "Join";
  part("asking").hidden = true;
  showScreen("lobby");
}

/** Ask for the devices, and for nothing more than a click's worth of patience. */
async function askForDevices() {
  const asking = setTimeout(() => {
    part("asking").hidden = false;
  }, ASKING_MS);
  const without = new Promise((resolve) => {
    part("join-without").onclick = () => {
      devices.wanted = { microphone: false, camera: false };
      resolve(undefined);
    };
  });
  await Promise.race([devices.open(), without]);
  clearTimeout(asking);
  part("asking").hidden = true;
}

async function join() {
  if (joinButton.disabled || !room) return;
  joinButton.disabled = true;
  joinButton.textContent = "Joining…";
  meter.wake();
  await askForDevices();
  try {
    const answer = await call.start(room, nameField.value.trim() || "Guest");
    describe(room, answer.replica_name || room.replica_name);
    if (call.connection) showScreen("call");
  } catch (error) {
    devices.release();
    // 409: it may have ended while the lobby was open.
    const now = error instanceof RoomError && error.status === 409 && (await signalling.describe().catch(() => null));
    if (now && now.status === "ended") showOutcome(ended());
    else refuse(error, () => void rejoin());
  }
}

async function rejoin() {
  showScreen("loading");
  if (!(await look())) return;
  showLobby();
  await join();
}

devices.addEventListener("change", () => {
  meter.follow(devices.tracks.microphone);
  describeLobby();
});
controls.withoutMicrophone = { "Type instead": () => (call.connection ? call.showPanel(true) : undefined) };
call.addEventListener("message", (event) => {
  messages.push({ at: performance.now(), message: /** @type {CustomEvent} */ (event).detail });
  if (messages.length > MOST_MESSAGES) messages.shift();
});
call.addEventListener("over", (event) => {
  dismiss();
  showOutcome(/** @type {CustomEvent} */ (event).detail, () => void rejoin());
});
part("join-form").addEventListener("submit", (event) => {
  event.preventDefault();
  void join();
});
// A closed tab must not keep its seat in the room until a timeout finds out; one that is loaded again takes it.
window.addEventListener("pagehide", () => call.goAway());
// A page that the browser kept and shows again has no call any more.
window.addEventListener("pageshow", (event) => event.persisted && location.reload());
listenForShortcuts(
  {
    m: () => void controls.toggle("microphone"),
    v: () => void (room?.audio_only || controls.toggle("camera")),
    c: () => call.showCaptions(!call.captions.shown),
    t: () => call.showPanel(true),
    s: () => void (room?.audio_only || call.share.toggle()),
    escape: () => call.escape(),
  },
  () => call.connection !== null,
);

void open();
