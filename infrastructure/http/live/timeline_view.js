// Draws the tweets of the home timeline, and how many new ones wait.

import { arrange, byId } from "./dom.js";
import { tweetView } from "./tweet_view.js";
import { isNewer } from "./tweets.js";

const BELOW_PX = 8;

export class TimelineView {
  #user;
  #remover;
  #items = new Map();

  /** `remover` returns what deletes a tweet, or null. */
  constructor(user, remover) {
    this.#user = user;
    this.#remover = remover;
    byId("tweets").replaceChildren();
    this.setLoading(true);
    for (const id of ["empty", "end", "older", "fresh"]) byId(id).hidden = true;
  }

  /** Whether the tweet is in the list or waits. */
  has(id) {
    return this.#items.has(id);
  }

  setLoading(isLoading) {
    byId("tweets").ariaBusy = String(isLoading);
    byId("loading").hidden = !isLoading;
    byId("older-error").textContent = "";
  }

  /** Draws the shown tweets. Tweets above `knownUpTo` are marked as arrived. */
  draw(waiting, shown, knownUpTo) {
    const item = (tweet) => [tweet.id, this.#items.get(tweet.id) ?? this.#item(tweet, knownUpTo)];
    this.#items = new Map([...waiting, ...shown].map(item));
    const lostFocus = arrange(byId("tweets"), shown.map(({ id }) => this.#items.get(id)));
    if (lostFocus) focusTitle();
    byId("fresh").hidden = waiting.length === 0;
    byId("fresh").textContent = waiting.length === 1 ? "1 new tweet" : `${waiting.length} new tweets`;
    document.title = `${waiting.length ? `(${waiting.length}) ` : ""}${this.#user} · Perch`;
  }

  #item(tweet, knownUpTo) {
    const item = tweetView(tweet, this.#remover(tweet));
    item.classList.toggle("arrived", isNewer(tweet.id, knownUpTo));
    return item;
  }

  scrollToTop(moveFocus) {
    if (!isReadingBelow()) return;
    byId("timeline").scrollIntoView();
    if (moveFocus) focusTitle();
  }
}

/** Whether the top of the list is scrolled out of sight. */
export function isReadingBelow() {
  return byId("tweets").getBoundingClientRect().top < byId("bar").offsetHeight - BELOW_PX;
}

function focusTitle() {
  byId("timeline-title").focus({ preventScroll: true });
}
