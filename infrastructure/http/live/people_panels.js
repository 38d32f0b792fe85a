// The panels about people: beside the views of wide windows, and as a view of their own.

import { userAddress } from "./address.js";
import { arrange, element, fromTemplate, showError } from "./dom.js";
import { personRow } from "./person_row.js";
import { because, suggest } from "./suggestions.js";
import { faultOfName } from "./user_id.js";

let forms = 0;

export class PeoplePanels {
  elements;
  #session;
  #most;
  #suggested;
  #followers;
  #seen = "";

  /** `most` has the numbers of `suggestions` and `followers` to show. */
  constructor(session, signal, most) {
    this.#session = session;
    this.#most = most;
    this.#suggested = panel(session.id ? "Who to follow" : "Who is here");
    this.#followers = panel("They follow you");
    this.elements = [findForm(), this.#suggested.element, this.#followers.element];
    session.addEventListener("people", () => this.read({ again: true }).catch(() => {}), { signal });
  }

  /** Reads what may have changed; suggestions only when the user follows others than before. Rejects on failure. */
  async read({ again = false } = {}) {
    const { api, id, followees } = this.#session;
    const key = followees.join();
    if (again || this.#seen !== key || !this.#suggested.list.children.length) {
      const suggestions = await suggest(this.#session, followees);
      this.#draw(this.#suggested, suggestions.slice(0, this.#most.suggestions), because);
      this.#seen = key;
    }
    if (!id) return;
    const { data } = await api.get(`v1/users/${id}/followers?limit=${this.#most.followers}`);
    await this.#session.relations.know(data.map((each) => each.id));
    this.#draw(this.#followers, data, () => "");
  }

  #draw({ element: shown, list, rows }, people, note) {
    const kept = new Map(people.map((each) => {
      const key = `${each.id} ${note(each)}`;
      return [key, rows.get(key) ?? personRow(this.#session.relations, each.id, note(each))];
    }));
    rows.clear();
    for (const [key, row] of kept) rows.set(key, row);
    arrange(list, [...kept.values()]);
    shown.hidden = !people.length;
  }
}

function panel(title) {
  const list = element("ul", { className: "persons", role: "list" });
  const shown = element("section", { className: "panel", hidden: true }, element("h2", { textContent: title }), list);
  return { element: shown, list, rows: new Map() };
}

function findForm() {
  const form = fromTemplate("find-template");
  const [label, field, error] = ["label", "input", ".error"].map((each) => form.querySelector(each));
  field.id = label.htmlFor = `find-${(forms += 1)}`;
  error.id = `${field.id}-error`;
  field.setAttribute("aria-describedby", error.id);
  field.addEventListener("input", () => showError(field, ""));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const name = field.value.trim().replace(/^@/, "");
    showError(field, faultOfName(name));
    if (faultOfName(name)) return;
    field.value = "";
    location.hash = userAddress(name);
  });
  return form;
}
