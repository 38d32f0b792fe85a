// The form that writes tweets.

import { byId } from "./dom.js";
import { isPublishable, lengthOf } from "./text_rules.js";

const LIMIT = Number(document.querySelector("meta[name=tweet-max-length]").content);

/** By user, the text that was being written when the session ended. */
const left = new Map();

export class Composer {
  #form = byId("composer");
  #field = byId("text");
  #button = this.#form.querySelector("button");
  #isPressed = false;

  /** Calls `publish` with each text that this user writes, until the signal is aborted. */
  constructor(me, publish, signal) {
    this.#write(left.get(me) ?? "");
    left.delete(me);
    signal.addEventListener("abort", () => left.set(me, this.#field.value));
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (this.#button.disabled) return;
      publish(this.#field.value);
      this.#write("");
      this.#field.focus();
    }, { signal });
    this.#field.addEventListener("input", () => this.#edited(), { signal });
    this.#field.addEventListener("keydown", submitOnCtrlEnter, { signal });
    this.#opens(signal);
  }

  /** Puts a text that was refused back, unless the user writes another one already. */
  edit(text) {
    this.#write(this.#field.value ? `${text}\n\n${this.#field.value}` : text);
    this.#field.focus();
  }

  /** Is one line until it is used. Closing while something is pressed would move it away from under the pointer. */
  #opens(signal) {
    const press = (isPressed) => () => {
      this.#isPressed = isPressed;
    };
    addEventListener("pointerdown", press(true), { signal, capture: true });
    for (const end of ["pointerup", "pointercancel"]) addEventListener(end, press(false), { signal, capture: true });
    addEventListener("click", ({ target }) => this.#form.contains(target) || this.#close(), { signal });
    this.#form.addEventListener("focusin", () => this.#form.classList.add("open"), { signal });
    this.#form.addEventListener("focusout", ({ relatedTarget }) => {
      if (!this.#isPressed && relatedTarget && !this.#form.contains(relatedTarget)) this.#close();
    }, { signal });
  }

  #close() {
    if (!this.#field.value) this.#form.classList.remove("open");
  }

  #edited() {
    const length = lengthOf(this.#field.value);
    byId("count").textContent = `${length} / ${LIMIT}`;
    byId("count").classList.toggle("over", length > LIMIT);
    this.#button.disabled = !isPublishable(this.#field.value, LIMIT);
  }

  #write(text) {
    this.#field.value = text;
    this.#edited();
  }
}

function submitOnCtrlEnter(event) {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
  event.preventDefault();
  byId("composer").requestSubmit();
}
