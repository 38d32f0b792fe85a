// The form that publishes tweets.

import { NoAnswer } from "./api.js";
import { byId, showError } from "./dom.js";

const KEY_BYTES = 16;
const SAFE_TO_REPEAT = "You can publish it again: it will not appear twice.";

export class Composer {
  #api;
  #limit;
  #published;
  #field = byId("text");
  /** The text that was sent last, and its idempotency key, which makes a repetition safe. */
  #draft = null;
  #busy = false;

  constructor(api, limit, published) {
    this.#api = api;
    this.#limit = limit;
    this.#published = published;
    this.#clear();
    const until = { signal: api.closed };
    byId("composer").addEventListener("submit", (event) => this.#submitted(event), until);
    this.#field.addEventListener("input", () => this.#edited(), until);
    this.#field.addEventListener("keydown", (event) => submitOnCtrlEnter(event), until);
  }

  #edited() {
    showError(this.#field, "");
    this.#count();
  }

  /** Counts code points as the service does. The count only informs: the service decides what is too long. */
  #count() {
    const length = [...this.#field.value.normalize("NFC").trim()].length;
    byId("count").textContent = `${length} / ${this.#limit}`;
    byId("count").classList.toggle("over", length > this.#limit);
  }

  async #submitted(event) {
    event.preventDefault();
    if (this.#busy) return;
    this.#busy = true;
    const text = this.#field.value;
    if (this.#draft?.text !== text) this.#draft = { text, key: newKey() };
    try {
      const tweet = await this.#api.post("v1/tweets", { text }, { "Idempotency-Key": this.#draft.key });
      this.#draft = null;
      if (this.#field.value === text) this.#clear();
      this.#published(tweet);
    } catch (error) {
      showError(this.#field, error instanceof NoAnswer ? `${error.message} ${SAFE_TO_REPEAT}` : error.message);
      this.#field.focus();
    } finally {
      this.#busy = false;
    }
  }

  #clear() {
    this.#field.value = "";
    this.#edited();
  }
}

function submitOnCtrlEnter(event) {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
  event.preventDefault();
  byId("composer").requestSubmit();
}

/** Returns a random key. `crypto.randomUUID` is missing on pages from plain http addresses. */
function newKey() {
  const bytes = [...crypto.getRandomValues(new Uint8Array(KEY_BYTES))];
  return bytes.map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
