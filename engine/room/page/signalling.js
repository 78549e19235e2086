/**
 * The few HTTP calls of a room: what it is, joining it, leaving it.
 *
 * @typedef {object} Room
 * @property {string} conversation_id
 * @property {string} conversation_name
 * @property {string} replica_name
 * @property {"active" | "ended"} status
 * @property {boolean} closed_captions  captions are on from the start
 * @property {boolean} audio_only
 * @property {boolean} basic_voice  the replica speaks with the simple built-in voice
 * @property {boolean} stock_voice  a stock voice speaks for a person's replica
 * @property {boolean} [recording_enabled]  people may start and stop a recording
 * @property {RTCIceServer[]} [ice_servers]  servers that help the connection through; mostly none
 *
 * @typedef {object} JoinAnswer
 * @property {string} sdp
 * @property {"answer"} type
 * @property {string} session_id
 * @property {string} resume_token  takes the place again
 * @property {string} replica_name
 */

/** A call that the server refused, or that did not reach it (`status` 0). */
export class RoomError extends Error {
  /**
   * @param {number} status  HTTP status, 0 when there was no answer
   * @param {string} message  the server's words
   */
  constructor(status, message) {
    super(message);
    this.name = "RoomError";
    this.status = status;
  }
}

/** The conversation that this page belongs to: the path of its address. */
export function conversationIdOfPage() {
  return decodeURIComponent(location.pathname.split("/")[1] ?? "");
}

/**
 * Take a meeting token out of the address bar, so that it is neither bookmarked nor shown in a shared screen.
 * @returns {string | null}
 */
export function takeMeetingToken() {
  const address = new URL(location.href);
  const fresh = address.searchParams.get("t");
  try {
    if (fresh) sessionStorage.setItem("meeting_token", fresh);
    else return sessionStorage.getItem("meeting_token");
  } catch {
    // Storage is blocked in some embedded pages: the token then lives until the page is reloaded.
  }
  if (fresh) {
    address.searchParams.delete("t");
    history.replaceState(history.state, "", address);
  }
  return fresh;
}

/** For so long the room keeps the place of somebody whose connection broke or whose page is loaded again. */
export const PLACE_KEPT_MS = 10_000;

/** The room's side of HTTP. */
export class Signalling {
  /**
   * @param {string} conversationId
   * @param {string | null} token  of a private room
   */
  constructor(conversationId, token) {
    this.base = `/rooms/${encodeURIComponent(conversationId)}`;
    this.token = token;
    this.placeKey = `place ${conversationId}`;
    /** @type {{token: string, left: number | null}} */
    this.place = stored(this.placeKey) ?? { token: "", left: null };
  }

  /** Whether this page was in the room until a moment ago, and its place is still kept. */
  get returning() {
    return this.place.left !== null && Date.now() - this.place.left < PLACE_KEPT_MS;
  }

  /** @returns {Promise<Room>} */
  describe() {
    return this.#call("GET", "");
  }

  /**
   * @param {RTCSessionDescriptionInit} offer
   * @param {string} userName
   * @returns {Promise<JoinAnswer>}
   */
  async join(offer, userName) {
    const body = { sdp: offer.sdp, type: offer.type, user_name: userName, resume_token: this.place.token || undefined };
    const answer = await this.#call("POST", "/join", body);
    this.#keepPlace({ token: answer.resume_token ?? "", left: null });
    return answer;
  }

  /**
   * Tell the server that we go. Works while the page is being closed.
   * @param {boolean} mayReturn  the page may be loading again: the place is kept for a while
   */
  leave(mayReturn) {
    if (!this.place.token) return;
    const farewell = { resume_token: this.place.token, may_return: mayReturn };
    navigator.sendBeacon(`${this.base}/leave`, new Blob([JSON.stringify(farewell)], { type: "application/json" }));
    this.#keepPlace(mayReturn ? { ...this.place, left: Date.now() } : { token: "", left: null });
  }

  /** @param {{token: string, left: number | null}} place */
  #keepPlace(place) {
    this.place = place;
    try {
      sessionStorage.setItem(this.placeKey, JSON.stringify(place));
    } catch {
      // Storage is blocked: the place is kept for as long as the page is.
    }
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {object} [body]
   */
  async #call(method, path, body) {
    /** @type {Record<string, string>} */
    const headers = { Accept: "application/json" };
    if (body) headers["Content-Type"] = "application/json";
    if (this.token) headers.Authorization = `Bearer ${this.token}`;
    if (this.place.token && method === "GET") headers["X-Resume-Token"] = this.place.token;
    let response;
    try {
      response = await fetch(this.base + path, {
        method,
        headers,
        body: body && JSON.stringify(body),
        cache: "no-store",
      });
    } catch {
      throw new RoomError(0, "The server does not answer.");
    }
    const answer = await response.json().catch(() => ({}));
    if (!response.ok) throw new RoomError(response.status, String(answer.message ?? response.statusText));
    return answer;
  }
}

/** @param {string} key */
function stored(key) {
  try {
    return JSON.parse(sessionStorage.getItem(key) ?? "null");
  } catch {
    return null;
  }
}
