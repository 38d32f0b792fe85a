// The list of users that the user follows.

import { Problem } from "./api.js";
import { arrange, byId, element, paintAvatar, showError } from "./dom.js";
import { faultOfName } from "./identity.js";

export class Following {
  #api;
  #changed;
  #field = byId("followee");
  #rows = new Map();
  #shown = [];
  #cursor = null;
  #readings = 0;

  /** `changed` has `followed` and `unfollowed`, which get the id of the other user. */
  constructor(api, changed) {
    this.#api = api;
    this.#changed = changed;
    this.#field.value = "";
    byId("followees").replaceChildren();
    byId("following-count").textContent = "";
    showError(this.#field, "");
    const until = { signal: api.closed };
    byId("follow").addEventListener("submit", (event) => this.#submitted(event), until);
    byId("more-followees").addEventListener("click", () => this.#try(() => this.#readOn()), until);
    this.#field.addEventListener("input", () => showError(this.#field, ""), until);
  }

  /** Reads the first page and the count. Ignores a failure, because the timeline's own read reports it. */
  async readAnew() {
    await this.#read(null).catch(() => {});
  }

  async #read(cursor) {
    const reading = ++this.#readings;
    const [page, counts] = await Promise.all([
      this.#api.get(`${this.#api.own}/following${cursor === null ? "" : `?cursor=${encodeURIComponent(cursor)}`}`),
      this.#api.get(this.#api.own),
    ]);
    if (reading !== this.#readings) return;
    const before = cursor === null ? [] : this.#shown;
    this.#shown = [...new Set([...before, ...page.data.map(({ id }) => id)])];
    this.#cursor = page.meta.next_cursor;
    this.#draw(counts.following_count);
  }

  /** A service that restarted with another secret key refuses older cursors with 400: read the first page again. */
  async #readOn() {
    await this.#read(this.#cursor).catch((error) => {
      if (!(error instanceof Problem && error.status === 400)) throw error;
      return this.#read(null);
    });
  }

  #draw(count) {
    this.#rows = new Map(this.#shown.map((id) => [id, this.#rows.get(id) ?? this.#row(id)]));
    if (arrange(byId("followees"), [...this.#rows.values()])) this.#field.focus();
    byId("following-count").textContent = count;
    byId("followees-empty").hidden = this.#shown.length > 0;
    byId("more-followees").hidden = this.#cursor === null;
  }

  #row(id) {
    const avatar = element("span", { className: "avatar small", ariaHidden: "true" });
    paintAvatar(avatar, id);
    const button = element("button", { type: "button", className: "quiet small", textContent: "Unfollow" });
    button.ariaLabel = `Unfollow ${id}`;
    button.addEventListener("click", () => this.#try(() => this.#unfollow(id)));
    const name = element("span", { className: "name", title: id, textContent: id });
    return element("li", { className: "row" }, avatar, name, button);
  }

  async #submitted(event) {
    event.preventDefault();
    await this.#try(() => this.#follow(this.#field.value.trim()));
  }

  async #follow(id) {
    const fault = faultOfName(id);
    if (fault) throw new Error(fault);
    await this.#api.put(`${this.#api.own}/following/${id}`);
    // The user may have typed the next name meanwhile.
    if (this.#field.value.trim() === id) this.#field.value = "";
    await Promise.all([this.#changed.followed(id), this.#read(null)]);
  }

  async #unfollow(id) {
    await this.#api.delete(`${this.#api.own}/following/${id}`);
    await Promise.all([this.#changed.unfollowed(id), this.#read(null)]);
  }

  async #try(act) {
    showError(this.#field, "");
    try {
      await act();
    } catch (error) {
      showError(this.#field, error.message);
    }
  }
}
