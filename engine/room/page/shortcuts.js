/** Keyboard shortcuts of a call: one key each, never while something is being typed. */

/** @param {EventTarget | null} target */
function isTyping(target) {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}

/**
 * @param {Record<string, () => void>} actions  by `KeyboardEvent.key`, in lower case
 * @param {() => boolean} active  whether shortcuts apply now
 */
export function listenForShortcuts(actions, active) {
  document.addEventListener("keydown", (event) => {
    if (!active() || event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
    // Escape works from the text box too: it is how one gets out of it.
    if (isTyping(event.target) && event.key !== "Escape") return;
    const action = actions[event.key.toLowerCase()];
    if (!action) return;
    event.preventDefault();
    action();
  });
}
