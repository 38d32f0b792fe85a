// Watches the user for what happens in other windows: follows, unfollows, and the user's own tweets.

import { Poll } from "./poll.js";

const FOLLOWEES_MAX = 100;

export class Watch extends EventTarget {
  /** The user's id and counts. */
  me;
  #api;
  #poll;
  /** The newest followees; null until they are read. */
  #followees = null;
  #newest;

  /**
   * Sends `counts` when any changed; `followees` with the ids that were `added` and `removed`; `tweets` when the user
   * has other tweets than before; and `stranger` when the caller is somebody else now.
   */
  constructor(api, me) {
    super();
    this.#api = api;
    this.me = me;
    this.#poll = new Poll(() => this.#look(), api.closed);
  }

  start() {
    this.#poll.start();
  }

  /** Looks at once, for example after a follow. */
  look() {
    return this.#poll.now();
  }

  /** The ids of the newest followees, newest first. */
  get followees() {
    return this.#followees ?? [];
  }

  async #look() {
    const [me, followees, tweets] = await Promise.all([
      this.#api.get("v1/users/me"),
      this.#api.get(`v1/users/${this.me.id}/following?limit=${FOLLOWEES_MAX}`),
      this.#api.get(`v1/users/${this.me.id}/tweets?limit=1`),
    ]);
    if (me.id !== this.me.id) return this.#send("stranger");
    this.#compareFollowees(followees.data.map(({ id }) => id), me);
    this.#compareTweets(tweets.data[0]?.id ?? "none", me);
    this.me = me;
    return this.#send("counts");
  }

  /** A change among older followees shows in their number alone. */
  #compareFollowees(ids, me) {
    const before = this.#followees;
    this.#followees = ids;
    if (before === null) return this.#send("followees", { added: [], removed: [], isFirst: true });
    const added = ids.filter((id) => !before.includes(id));
    const removed = ids.length < FOLLOWEES_MAX ? before.filter((id) => !ids.includes(id)) : [];
    const isSame = !added.length && !removed.length && me.following_count === this.me.following_count;
    return isSame || this.#send("followees", { added, removed, isFirst: false });
  }

  #compareTweets(newest, me) {
    const isSame = this.#newest === newest && me.tweets_count === this.me.tweets_count;
    if (this.#newest !== undefined && !isSame) this.#send("tweets");
    this.#newest = newest;
  }

  #send(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
