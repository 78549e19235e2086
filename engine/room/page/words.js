/**
 * What the page says when something is not as it should be: what happened, and what to do.
 *
 * @typedef {{title: string, text: string, button: string | null}} Outcome
 * @typedef {import("./devices.js").Device} Device
 * @typedef {import("./devices.js").Trouble} Trouble
 */

/** @type {Record<Trouble, (device: Device) => string>} */
const TROUBLES = {
  refused: (device) =>
    `Your browser blocks the ${device} for this page. Click the icon beside the address, allow the ${device}, then try again.`,
  embedded: (device) =>
    `The page around this call does not pass on the ${device}. Open the call in its own tab, or ask the page's owner to add allow="camera; microphone".`,
  system: (device) =>
    `Your operating system blocks the ${device} for this browser. Allow it in the system's privacy settings, then try again.`,
  missing: (device) => `No ${device} was found. Plug one in, then try again.`,
  busy: (device) => `Another program is using the ${device}. Close it there, then try again.`,
  insecure: (device) =>
    `Browsers hand out the ${device} only on https:// or on this very machine (http://127.0.0.1). Open the call under such an address.`,
  unplugged: (device) => `The ${device} went away. Plug it in again or choose another one, then try again.`,
  unknown: (device) => `The ${device} could not be started. Try again, or restart the browser.`,
};

/** @param {Device} device @param {Trouble} trouble */
export function troubleText(device, trouble) {
  const rest = device === "microphone" ? " Until then, listen and type." : "";
  return TROUBLES[trouble](device) + rest;
}

/** @param {string} name */
export const joined = (name) => `${name} joined`;
/** @param {string} name */
export const left = (name) => `${name} left`;
/** @param {string} name */
export const shares = (name) => `${name} is sharing a screen`;
/** @param {string} name */
export const sharesNoMore = (name) => `${name} stopped sharing`;
/** @param {string} name */
export const screenOf = (name) => `${name}’s screen`;

export const SHARE_TROUBLE = "The screen could not be shared. Try again, or choose another window.";

/** @type {Record<import("./people.js").Quality, string>} */
export const CONNECTION_WORDS = { good: "Good connection", low: "Weak connection", "very-low": "Very weak connection" };

/** What stands behind a name for those who do not see the signs. @param {boolean} audio @param {import("./people.js").Quality} quality */
export function aside(audio, quality) {
  const weak = quality === "good" ? "" : `, ${CONNECTION_WORDS[quality].toLowerCase()}`;
  return (audio ? "" : ", muted") + weak;
}

/** @param {import("./people.js").Quality} quality  that has become worse */
export const connectionNews = (quality) => `${CONNECTION_WORDS[quality]}: others may hear you badly`;

/** @param {boolean} running */
export function recordingNews(running) {
  return running ? "This call is being recorded" : "The recording has ended";
}

/** @param {string} error  the room's words */
export function recordingTrouble(error) {
  return `The recording did not work. ${error}`.trim();
}

/** @type {Record<string, string>} */
const SHUTDOWN_REASONS = {
  max_call_duration: "It reached the longest time that was set for it.",
  participant_left_timeout: "Everyone had left.",
  participant_absent_timeout: "Nobody was active for a while.",
  end_conversation_endpoint_hit: "It was closed by the application that had opened it.",
  daily_room_has_been_deleted: "It was deleted.",
};

/** @param {string} [reason]  `shutdown_reason` of the room @returns {Outcome} */
export function ended(reason = "") {
  const why = SHUTDOWN_REASONS[reason] ?? (/error|exception/.test(reason) ? "Something went wrong on the server." : "");
  return { title: "The conversation has ended", text: `${why} You can close this page.`.trim(), button: null };
}

/** @type {Outcome} */
export const LEFT = {
  title: "You left",
  text: "Your camera and microphone are off. The conversation stays open for a while.",
  button: "Rejoin",
};

/** @type {Outcome} */
export const LOST = {
  title: "Connection lost",
  text: "The call broke off. Check that the server is running and that you are still connected to its network.",
  button: "Rejoin",
};

/** @type {Outcome} */
export const UNREACHABLE = {
  title: "No answer",
  text: "The server does not answer. Check that it is running, then try again.",
  button: "Try again",
};

/**
 * @param {number} status  HTTP status, 0 when there was no answer
 * @param {string} message  the server's words
 * @returns {Outcome}
 */
export function refusal(status, message) {
  if (status === 0) return UNREACHABLE;
  if (status === 404) {
    return {
      title: "This conversation does not exist",
      text: "The address may be incomplete, or the conversation was deleted. Ask for a new link.",
      button: null,
    };
  }
  if (status === 401 || status === 403) {
    return { title: "This room is private", text: `${message} Ask for a new invitation link.`, button: null };
  }
  if (status === 429) {
    return {
      title: "All seats are taken",
      text: `${message} Wait until another conversation ends, then try again.`,
      button: "Try again",
    };
  }
  return { title: "Joining did not work", text: message, button: "Try again" };
}
