// Reads the older pages of the home timeline as the user scrolls down, and draws the end of the list.

import { Problem } from "./api.js";
import { byId } from "./dom.js";

const EARLY = "600px";

export class OlderPages {
  /** The cursor of the next older page; null when there is none. */
  cursor = null;
  #api;
  #path;
  #report;
  #reading = false;
  #nearEnd = new IntersectionObserver(([entry]) => entry.isIntersecting && this.#read(), { rootMargin: EARLY });

  /** `report` has `taken`, which gets each page, and `expired`, which is called when the service refuses the cursor. */
  constructor(api, path, report) {
    this.#api = api;
    this.#path = path;
    this.#report = report;
    byId("older").addEventListener("click", () => this.#read(), { signal: api.closed });
    api.closed.addEventListener("abort", () => this.#nearEnd.disconnect());
  }

  /** Shows whether there are older tweets, and reads them when the end of the list is near. */
  draw(isEmpty) {
    const isAll = this.cursor === null;
    byId("empty").hidden = !isAll || !isEmpty;
    byId("end").hidden = !isAll || isEmpty;
    byId("older").hidden = isAll;
    this.#observeEnd();
  }

  showError(text) {
    byId("older-error").textContent = text;
  }

  /** Observes the end anew: an observer reports changes only, and after a short page the end is as near as before. */
  #observeEnd() {
    this.#nearEnd.disconnect();
    if (this.cursor !== null) this.#nearEnd.observe(byId("older"));
  }

  async #read() {
    if (this.#reading || this.cursor === null) return;
    this.#reading = true;
    const { cursor } = this;
    this.showError("");
    try {
      const page = await this.#api.get(`${this.#path}&cursor=${encodeURIComponent(cursor)}`);
      this.#reading = false;
      this.#take(page, cursor);
    } catch (error) {
      this.#reading = false;
      await this.#failed(error);
    }
  }

  /** Ignores the page when a new first page has replaced the cursor meanwhile. */
  #take(page, cursor) {
    if (cursor !== this.cursor) return this.#observeEnd();
    this.cursor = page.meta.next_cursor;
    return this.#report.taken(page);
  }

  /** A service that restarted with another secret key refuses older cursors with 400. */
  async #failed(error) {
    if (error instanceof Problem && error.status === 400) await this.#report.expired();
    else this.showError(`${error.message} Press the button to try again.`);
  }
}
