// Reads the older pages of a list as the user scrolls down, and draws the end of the list.

import { Problem } from "./api.js";
import { showFault } from "./dom.js";

const EARLY = "600px";

export class OlderPages {
  /** The cursor of the next older page; null when there is none. */
  cursor = null;
  #api;
  #path;
  #report;
  #parts;
  #reading = false;
  /** A busy browser reports several changes at once, the newest last. */
  #nearEnd = new IntersectionObserver((changes) => changes.at(-1).isIntersecting && this.#read(), { rootMargin: EARLY });

  /**
   * `path` ends where `cursor=…` follows. `parts` are the elements `older`, `empty`, `fault` and, if there is one,
   * `end`. `report` has `taken`, which gets each page, and `expired`, called when the service refuses the cursor.
   */
  constructor(api, path, parts, report, signal) {
    this.#api = api;
    this.#path = path;
    this.#parts = parts;
    this.#report = report;
    parts.older.addEventListener("click", () => this.#read());
    signal.addEventListener("abort", () => this.#nearEnd.disconnect());
  }

  /** Shows whether there are older items, and reads them when the end of the list is near. */
  draw(isEmpty) {
    const isAll = this.cursor === null;
    const { empty, end, older } = this.#parts;
    empty.hidden = !isAll || !isEmpty;
    if (end) end.hidden = !isAll || isEmpty;
    older.hidden = isAll;
    this.#observeEnd();
  }

  showFault(error, advice) {
    showFault(this.#parts.fault, error, advice);
  }

  /** Observes the end anew: an observer reports changes only, and after a short page the end is as near as before. */
  #observeEnd() {
    this.#nearEnd.disconnect();
    if (this.cursor !== null) this.#nearEnd.observe(this.#parts.older);
  }

  async #read() {
    if (this.#reading || this.cursor === null) return;
    this.#reading = true;
    const { cursor } = this;
    this.showFault(null);
    try {
      const page = await this.#api.get(`${this.#path}cursor=${encodeURIComponent(cursor)}`);
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
    else this.showFault(error, "Press the button to try again.");
  }
}
