/**
 * One peer connection to the room: sound and picture both ways, a screen, places in which other people are shown, and
 * the data channel for messages.
 *
 * Events: `stream` (detail: MediaStream of the replica), `message` (detail: a parsed message), `open` (the data
 * channel works), `state` (detail: "connecting" | "connected" | "shaky" | "lost"). After `lost` nothing follows.
 *
 * @typedef {import("./signalling.js").Signalling} Signalling
 * @typedef {{message_type: string, event_type: string, conversation_id?: string, inference_id?: string,
 *   seq?: number, turn_idx?: number, properties?: Record<string, any>}} Message
 */

const GATHERING_MS = 2000;
const CONNECTING_MS = 15000;
/** A short stutter heals by itself; ICE gives up only after half a minute, which is too long to stare at. */
const SHAKY_MS = 8000;
const CAMERA_BITS_PER_SECOND = 800_000;
const SCREEN_BITS_PER_SECOND = 1_500_000;
/** A room holds eight people unless the conversation says otherwise: seven cameras and a screen. */
const OTHERS_SHOWN = 8;

export class RoomConnection extends EventTarget {
  #timer = 0;
  /** @type {MediaStream | null} */
  #stream = null;

  /**
   * @param {Signalling} signalling
   * @param {import("./signalling.js").Room} room
   */
  constructor(signalling, room) {
    super();
    this.signalling = signalling;
    this.conversationId = room.conversation_id;
    this.sessionId = "";
    this.closed = false;
    // No STUN or TURN server but the room's own: nobody else shall hear of the call.
    this.peer = new RTCPeerConnection({ iceServers: room.ice_servers ?? [], bundlePolicy: "max-bundle" });
    // Both directions are negotiated even without a device, so that one can be attached later without a new offer.
    this.microphone = this.peer.addTransceiver("audio", { direction: "sendrecv" });
    this.camera = this.peer.addTransceiver("video", {
      direction: "sendrecv",
      sendEncodings: [{ maxBitrate: CAMERA_BITS_PER_SECOND }],
    });
    preferVp8(this.camera);
    // The order of these is how the room tells them apart: the first further section that sends is a screen.
    this.screen = this.peer.addTransceiver("video", {
      direction: "sendonly",
      sendEncodings: [{ maxBitrate: SCREEN_BITS_PER_SECOND }],
    });
    vp8Alone(this.screen);
    for (let shown = 0; shown < OTHERS_SHOWN; shown += 1) {
      vp8Alone(this.peer.addTransceiver("video", { direction: "recvonly" }));
    }
    this.channel = this.peer.createDataChannel("app-messages", { ordered: true });
    this.channel.addEventListener("open", () => this.dispatchEvent(new Event("open")));
    this.channel.addEventListener("message", (event) => this.#receive(event.data));
    this.channel.addEventListener("close", () => this.#lose());
    this.peer.addEventListener("track", (event) => this.#attach(event));
    this.peer.addEventListener("connectionstatechange", () => this.#follow());
  }

  /**
   * Offer, and take the room's answer.
   * @param {string} userName
   * @returns {Promise<import("./signalling.js").JoinAnswer>}
   * @throws {import("./signalling.js").RoomError}
   */
  async join(userName) {
    await this.peer.setLocalDescription();
    await gathered(this.peer);
    const answer = await this.signalling.join(/** @type {RTCSessionDescription} */ (this.peer.localDescription), userName);
    this.sessionId = answer.session_id;
    if (this.closed) {
      this.signalling.leave(false);
      return answer;
    }
    await this.peer.setRemoteDescription({ type: "answer", sdp: answer.sdp });
    if (this.peer.connectionState !== "connected") this.#loseAfter(CONNECTING_MS);
    return answer;
  }

  /** @param {Record<"microphone" | "camera" | "screen", MediaStreamTrack | null>} tracks */
  async send({ microphone, camera, screen }) {
    if (this.closed) return;
    await Promise.all([
      this.microphone.sender.replaceTrack(microphone),
      this.camera.sender.replaceTrack(camera),
      this.screen.sender.replaceTrack(screen),
    ]);
  }

  /** The picture that comes in a section of the connection. @param {string} mid @returns {MediaStreamTrack | null} */
  pictureIn(mid) {
    return this.peer.getTransceivers().find((each) => each.mid === mid)?.receiver.track ?? null;
  }

  /**
   * Send a message of the interactions protocol, or one to the room itself (`room.…`).
   * @param {string} eventType
   * @param {Record<string, unknown>} [properties]
   * @returns {boolean} whether it went out
   */
  tell(eventType, properties = {}) {
    if (this.channel.readyState !== "open") return false;
    const message = {
      message_type: eventType.split(".", 1)[0],
      event_type: eventType,
      conversation_id: this.conversationId,
      properties,
    };
    this.channel.send(JSON.stringify(message));
    return true;
  }

  /**
   * Hang up and tell the room. Works while the page is being closed.
   * @param {boolean} [mayReturn]  the page may be loading again
   */
  close(mayReturn = false) {
    if (this.closed) return;
    if (this.sessionId) this.signalling.leave(mayReturn);
    this.#hangUp();
  }

  #hangUp() {
    this.closed = true;
    clearTimeout(this.#timer);
    this.peer.close();
  }

  /** @param {unknown} data */
  #receive(data) {
    let message;
    try {
      message = JSON.parse(String(data));
    } catch {
      console.warn("The room sent something that is not JSON.");
      return;
    }
    if (typeof message?.event_type !== "string") return;
    this.dispatchEvent(new CustomEvent("message", { detail: message }));
  }

  /** @param {RTCTrackEvent} event */
  #attach(event) {
    if (event.transceiver !== this.microphone && event.transceiver !== this.camera) return; // other people: `pictureIn`
    // The room's own stream keeps the two tracks in one synchronisation group: the browser aligns lips by it.
    const stream = event.streams[0] ?? this.#stream ?? new MediaStream();
    if (!stream.getTracks().includes(event.track)) stream.addTrack(event.track);
    this.#stream = stream;
    this.dispatchEvent(new CustomEvent("stream", { detail: stream }));
  }

  #follow() {
    if (this.closed) return;
    const state = this.peer.connectionState;
    if (state === "connected") {
      clearTimeout(this.#timer);
      this.#report("connected");
    } else if (state === "disconnected") {
      this.#report("shaky");
      this.#loseAfter(SHAKY_MS);
    } else if (state === "failed" || state === "closed") {
      this.#lose();
    }
  }

  /** @param {number} milliseconds */
  #loseAfter(milliseconds) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#lose(), milliseconds);
  }

  #lose() {
    if (this.closed) return;
    // The room keeps the place: it is not told that we go.
    this.#hangUp();
    this.#report("lost");
  }

  /** @param {string} state */
  #report(state) {
    this.dispatchEvent(new CustomEvent("state", { detail: state }));
  }
}

/** @param {RTCRtpTransceiver} transceiver */
function preferVp8(transceiver) {
  const { vp8, rest } = codecs();
  if (vp8.length) transceiver.setCodecPreferences([...vp8, ...rest]);
}

/**
 * What people send each other is passed on as it is, and only as VP8; an offer without the rest is much shorter.
 * @param {RTCRtpTransceiver} transceiver
 */
function vp8Alone(transceiver) {
  const { vp8, rest } = codecs();
  const repair = rest.filter(({ mimeType }) => mimeType.toLowerCase() === "video/rtx");
  if (vp8.length) transceiver.setCodecPreferences([...vp8, ...repair]);
}

function codecs() {
  const all = RTCRtpReceiver.getCapabilities("video")?.codecs ?? [];
  const isVp8 = (/** @type {{mimeType: string}} */ codec) => codec.mimeType.toLowerCase() === "video/vp8";
  return { vp8: all.filter(isVp8), rest: all.filter((codec) => !isVp8(codec)) };
}

/** @param {RTCPeerConnection} peer */
async function gathered(peer) {
  if (peer.iceGatheringState === "complete") return;
  await new Promise((resolve) => {
    setTimeout(resolve, GATHERING_MS);
    peer.addEventListener("icegatheringstatechange", () => {
      if (peer.iceGatheringState === "complete") resolve(undefined);
    });
  });
}
