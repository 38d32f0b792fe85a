// Publishes tweets: shows them at once, and repeats until the service has answered.
//
// What a user has not sent yet when the session ends, for example because a token expires, waits for the user's next
// session in this window. The key of a text stays the same, so that it is published once.

import { isOutage } from "./api.js";
import { paintAvatar } from "./avatar.js";
import { byId, element } from "./dom.js";
import { folded } from "./text_view.js";

const KEY_BYTES = 16;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;

/** By user, the texts that wait for the next session, each with its key. */
const left = new Map();

addEventListener("beforeunload", (event) => left.size && event.preventDefault());

export class Publisher {
  #api;
  #me;
  #report;
  #last = Promise.resolve();
  /** The drafts that are not sent yet, those included that were refused: the next session may send them. */
  #unsent = new Set();
  #wake = () => {};

  /** `report` has `published`, which gets each tweet, and `edit`, which gets a text that was refused. */
  constructor(api, me, report) {
    this.#api = api;
    this.#me = me;
    this.#report = report;
    byId("pending").replaceChildren();
    addEventListener("beforeunload", (event) => this.#unsent.size && event.preventDefault(), { signal: api.closed });
    for (const { text, key } of left.get(me) ?? []) this.#enqueue(this.#draft(text, key));
    left.delete(me);
    api.closed.addEventListener("abort", () => this.#unsent.size && left.set(me, [...this.#unsent]));
  }

  /** Shows the text as sent, and sends it after those before it. */
  publish(text) {
    this.#enqueue(this.#draft(text, newKey()));
  }

  /** Repeats at once what is not sent yet. */
  wake() {
    this.#wake();
  }

  #draft(text, key) {
    const status = element("p", { className: "hint status", role: "status", textContent: "Sending…" });
    const avatar = element("span", { className: "avatar", ariaHidden: "true" });
    paintAvatar(avatar, this.#me);
    const name = element("strong", { className: "name", textContent: this.#me });
    const shown = element("p", { className: "text", dir: "auto", textContent: folded(text) });
    const body = element("div", { className: "body" }, name, shown, status);
    const item = element("li", { className: "tweet" }, avatar, body);
    byId("pending").prepend(item);
    return { text, key, item, status };
  }

  #enqueue(draft) {
    this.#unsent.add(draft);
    this.#last = this.#last.then(() => this.#send(draft));
  }

  /** The key makes repeating safe: the service publishes a text once, however often it is asked. */
  async #send(draft) {
    const { text, key, item, status } = draft;
    for (let failures = 0; ; failures += 1) {
      try {
        const tweet = await this.#api.post("v1/tweets", { text }, { "Idempotency-Key": key });
        this.#unsent.delete(draft);
        item.remove();
        return this.#report.published(tweet);
      } catch (error) {
        if (!isOutage(error)) return this.#refused(draft, error);
        status.textContent = `${error.message} Your tweet is sent as soon as it does, once.`;
        await this.#pause(Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** failures));
      }
    }
  }

  #pause(milliseconds) {
    return new Promise((resolve) => {
      this.#wake = resolve;
      setTimeout(resolve, milliseconds);
    });
  }

  #refused(draft, error) {
    const again = element("button", { type: "button", className: "small", textContent: "Try again" });
    const edit = element("button", { type: "button", className: "small", textContent: "Edit" });
    again.addEventListener("click", () => {
      draft.status.textContent = "Sending…";
      this.#enqueue(draft);
    });
    edit.addEventListener("click", () => {
      this.#unsent.delete(draft);
      draft.item.remove();
      this.#report.edit(draft.text);
    });
    const why = element("span", { className: "error", textContent: `Not published: ${error.message}` });
    draft.status.replaceChildren(why, " ", again, " ", edit);
  }
}

/** Returns a random key. `crypto.randomUUID` is missing on pages from plain http addresses. */
function newKey() {
  const bytes = [...crypto.getRandomValues(new Uint8Array(KEY_BYTES))];
  return bytes.map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
