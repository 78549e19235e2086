/** A button that opens a small menu of further controls; closes on Escape, on a click elsewhere, and when focus goes on. */

export class Menu {
  /**
   * @param {HTMLButtonElement} button  with `aria-controls`
   * @param {HTMLElement} menu
   */
  constructor(button, menu) {
    this.button = button;
    this.menu = menu;
    button.addEventListener("click", () => this.show(!this.shown));
    document.addEventListener("pointerdown", (event) => {
      if (this.shown && !this.#holds(event.target)) this.show(false);
    });
    menu.addEventListener("focusout", (event) => {
      if (event.relatedTarget && !this.#holds(event.relatedTarget)) this.show(false);
    });
    menu.addEventListener("click", (event) => {
      if (event.target instanceof Element && event.target.closest("[data-act]")) this.show(false);
    });
  }

  get shown() {
    return !this.menu.hidden;
  }

  /** @param {boolean} shown */
  show(shown) {
    if (shown === this.shown) return;
    const held = this.menu.contains(document.activeElement);
    this.menu.hidden = !shown;
    this.button.setAttribute("aria-expanded", String(shown));
    if (shown) /** @type {HTMLElement | null} */ (this.menu.querySelector("button:not([hidden]), input"))?.focus();
    else if (held) this.button.focus({ preventScroll: true });
  }

  /** @param {EventTarget | null} target */
  #holds(target) {
    return target instanceof Node && (this.menu.contains(target) || this.button.contains(target));
  }
}
