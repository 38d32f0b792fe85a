// Draws a feed: its tweets, how many new ones wait, and what it says while it loads.

import { arrange, byId, fromTemplate } from "./dom.js";
import { isNewer } from "./tweets.js";

const BELOW_PX = 8;

export class FeedView {
  element = fromTemplate("feed-template");
  #list = this.element.querySelector(".tweets");
  #fresh = this.element.querySelector(".fresh button");
  #draw;
  #items = new Map();

  /** `draw` makes the item of a tweet. Calls `reveal` when the user wants the new tweets. */
  constructor(draw, reveal) {
    this.#draw = draw;
    this.#fresh.addEventListener("click", reveal);
    this.setLoading(true);
  }

  /** The elements that the end of the list needs. */
  get parts() {
    const part = (selector) => this.element.querySelector(selector);
    const [fault, empty, older, end] = [".error", ".empty", ".older", ".end"].map(part);
    return { fault, empty, older, end };
  }

  /** Whether the tweet is in the list or waits. */
  has(id) {
    return this.#items.has(id);
  }

  setLoading(isLoading) {
    this.#list.ariaBusy = String(isLoading);
    this.element.querySelector(".skeleton").hidden = !isLoading;
  }

  /** Draws the shown tweets. Tweets above `seenUpTo` are marked as arrived; without it, none is. */
  draw(waiting, shown, seenUpTo) {
    const item = (tweet) => [tweet.id, this.#items.get(tweet.id) ?? this.#item(tweet, seenUpTo)];
    this.#items = new Map([...waiting, ...shown].map(item));
    const lostFocus = arrange(this.#list, shown.map(({ id }) => this.#items.get(id)));
    if (lostFocus) focusTitle();
  }

  /** Says how many new tweets wait; `null` when nobody knows how many. */
  drawFresh(count) {
    this.#fresh.hidden = count === 0;
    this.#fresh.textContent = count === null ? "New tweets" : count === 1 ? "1 new tweet" : `${count} new tweets`;
  }

  /** Whether the top of the list is scrolled out of sight. */
  isReadingBelow() {
    return this.#list.getBoundingClientRect().top < byId("bar").offsetHeight - BELOW_PX;
  }

  #item(tweet, seenUpTo) {
    const item = this.#draw(tweet);
    item.classList.toggle("arrived", seenUpTo !== null && isNewer(tweet.id, seenUpTo));
    return item;
  }
}

export function focusTitle() {
  byId("title").focus({ preventScroll: true });
}
