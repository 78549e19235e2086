/** Which of the page's screens shows, and the notices that appear over it. */

/** @typedef {"loading" | "lobby" | "call" | "outcome"} Screen */

/**
 * The element with that id.
 * @template {HTMLElement} T
 * @param {string} id
 * @param {new () => T} [kind]
 * @returns {T}
 */
export function part(id, kind) {
  const element = document.getElementById(id);
  if (!element || (kind && !(element instanceof kind))) throw new Error(`index.html has no #${id} of that kind`);
  return /** @type {T} */ (element);
}

/** @param {Screen} screen */
export function showScreen(screen) {
  document.body.dataset.screen = screen;
  for (const section of document.querySelectorAll("[data-screen-name]")) {
    /** @type {HTMLElement} */ (section).hidden = section.getAttribute("data-screen-name") !== screen;
  }
}

/**
 * @param {import("./words.js").Outcome} outcome
 * @param {() => void} [act]  what its button does
 */
export function showOutcome({ title, text, button }, act) {
  part("outcome-title").textContent = title;
  part("outcome-text").textContent = text;
  const action = part("outcome-button", HTMLButtonElement);
  action.hidden = button === null;
  action.textContent = button ?? "";
  action.onclick = act ?? null;
  showScreen("outcome");
  (button === null ? part("outcome-title") : action).focus({ preventScroll: true });
}

/**
 * Show a notice, at most one of each kind.
 * @param {string} kind
 * @param {string} text
 * @param {Record<string, () => void>} [actions]  button labels and what they do; each also closes the notice
 */
export function notify(kind, text, actions = {}) {
  dismiss(kind);
  const notice = document.createElement("div");
  notice.className = "notice";
  notice.dataset.kind = kind;
  const words = document.createElement("p");
  words.textContent = text;
  const buttons = document.createElement("div");
  buttons.className = "notice-buttons";
  for (const [label, act] of [...Object.entries(actions), ["OK", () => {}]]) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = /** @type {string} */ (label);
    button.addEventListener("click", () => {
      notice.remove();
      /** @type {() => void} */ (act)();
    });
    buttons.append(button);
  }
  notice.append(words, buttons);
  part("notices").append(notice);
}

/** @param {string} [kind]  all when left out */
export function dismiss(kind) {
  for (const notice of part("notices").children) {
    if (!kind || /** @type {HTMLElement} */ (notice).dataset.kind === kind) notice.remove();
  }
}
