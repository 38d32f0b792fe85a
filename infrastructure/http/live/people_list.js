// A list of users that is read page by page: followers, or whom somebody follows.

import { arrange, fromTemplate } from "./dom.js";
import { OlderPages } from "./older_pages.js";
import { personRow } from "./person_row.js";

export class PeopleList {
  element = fromTemplate("people-template");
  #api;
  #relations;
  #path;
  #older;
  #rows = new Map();
  #shown = [];

  constructor({ api, relations }, path, empty, signal) {
    this.#api = api;
    this.#relations = relations;
    this.#path = path;
    const [fault, none, older] = [".error", ".empty", ".older"].map((each) => this.element.querySelector(each));
    none.textContent = empty;
    const report = { taken: (page) => this.#take(this.#shown, page), expired: () => this.readAnew() };
    this.#older = new OlderPages(api, `${path}?`, { fault, empty: none, older }, report, signal);
  }

  /** Reads the first page, and keeps what was read below it. Rejects when the request fails. */
  async readAnew() {
    const page = await this.#api.get(this.#path);
    const first = page.data.map(({ id }) => id);
    const place = this.#shown.indexOf(first.at(-1));
    const isWhole = page.meta.next_cursor === null;
    const below = isWhole || place < 0 ? [] : this.#shown.slice(place + 1).filter((id) => !first.includes(id));
    const { cursor } = this.#older;
    this.#older.showFault(null);
    this.#take([], page);
    if (!below.length) return;
    this.#older.cursor = cursor;
    this.#draw([...this.#shown, ...below]);
  }

  showFault(error) {
    this.#older.showFault(error);
  }

  #take(before, page) {
    this.#older.cursor = page.meta.next_cursor;
    this.#draw([...new Set([...before, ...page.data.map(({ id }) => id)])]);
  }

  #draw(ids) {
    this.#shown = ids;
    this.#rows = new Map(ids.map((id) => [id, this.#rows.get(id) ?? personRow(this.#relations, id)]));
    arrange(this.element.querySelector(".persons"), [...this.#rows.values()]);
    this.#older.draw(ids.length === 0);
    this.#relations.know(ids);
  }
}
