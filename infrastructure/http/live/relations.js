// Whom the user follows, for all follow buttons of the page.

import { toast } from "./dom.js";

const IDS_MAX = 100;

export class Relations extends EventTarget {
  #api;
  #me;
  #known = new Map();
  #wanted = new Set();
  #reading = null;

  /** `me` is the user's id; empty for a guest. Sends `change` when a relation changed, and `followed` after a write. */
  constructor(api, me) {
    super();
    this.#api = api;
    this.#me = me;
  }

  /** Returns `{ following, followed_by }`, or undefined while it is unknown. */
  get(id) {
    return this.#known.get(id);
  }

  isOther(id) {
    return id !== this.#me;
  }

  /** Whether a follow button makes sense for this user now. A guest's leads to the entrance. */
  canFollow(id) {
    return this.isOther(id) && (!this.#me || this.#known.has(id));
  }

  /**
   * Reads the relations with these users that are unknown, together with those that others want to know now.
   * A failure leaves them unknown until the next call.
   */
  know(ids) {
    if (!this.#me) return Promise.resolve();
    for (const id of ids) if (this.isOther(id) && !this.#known.has(id)) this.#wanted.add(id);
    this.#reading ??= Promise.resolve().then(() => this.#readWanted());
    return this.#reading;
  }

  /** Reads all known relations again, because another window may have changed them. */
  async renew() {
    const ids = [...this.#known.keys()];
    while (ids.length) await this.#read(ids.splice(0, IDS_MAX));
  }

  /** Follows or unfollows: shows it at once, and takes it back when the service refuses. */
  async follow(id, following) {
    const before = this.#known.get(id) ?? { following: !following, followed_by: false };
    this.#set(id, { ...before, following });
    try {
      await this.#api[following ? "put" : "delete"](`v1/users/me/following/${id}`);
      this.dispatchEvent(new CustomEvent("followed", { detail: { id, following } }));
    } catch (error) {
      this.#set(id, before);
      toast(error, following ? `You do not follow ${id} yet.` : `You still follow ${id}.`);
    }
  }

  async #readWanted() {
    const ids = [...this.#wanted];
    this.#wanted.clear();
    this.#reading = null;
    while (ids.length) await this.#read(ids.splice(0, IDS_MAX));
  }

  async #read(ids) {
    try {
      const { data } = await this.#api.get(`v1/users/me/relationships?ids=${ids.join(",")}`);
      for (const { id, ...relation } of data) this.#known.set(id, relation);
      this.dispatchEvent(new Event("change"));
    } catch {
      // Whoever shows these users asks again.
    }
  }

  #set(id, relation) {
    this.#known.set(id, relation);
    this.dispatchEvent(new Event("change"));
  }
}
