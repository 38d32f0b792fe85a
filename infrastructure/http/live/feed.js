// A list of tweets: reads its first page again and again or takes in what a stream sends, and goes down to the end.

import { announce } from "./dom.js";
import { FeedView, focusTitle } from "./feed_view.js";
import { OlderPages } from "./older_pages.js";
import { completeUpTo, isNewer, withFirstPage, withOlder, withTweet } from "./tweets.js";

const PAGE_TWEETS = 20;
const PAGE_TWEETS_MAX = 100;
/** No more tweets wait, and a longer list begins anew with its first page, unless the user reads further down. */
const TWEETS_MAX = 500;

export class Feed {
  /** Whether the user sees it. New tweets of a feed that is out of sight wait. */
  isShown = false;
  #api;
  #source;
  #recover;
  #view;
  #older;
  #shown = [];
  /** Newer tweets than those shown. They wait, because inserting them would move what the user reads. */
  #waiting = [];
  /** Whether so many are new that the list would have a gap: the user decides when it is replaced. */
  #isBehind = false;
  /** Whether a first page is there; without it nobody knows whether the list is empty. */
  #isReady = false;
  /** Every tweet up to this id is known. */
  #knownUpTo = "0";
  /** The tweets up to this id were there before; null until the first page is there. */
  #seenUpTo = null;
  /** Ids of the tweets that arrived since the newest first page was requested. */
  #arrived = new Set();
  /** Whether the next first page replaces the older tweets, too. */
  #dropOlder = false;
  #readings = 0;
  /** Ids of deleted tweets: a page that was requested before may still hold them. */
  #deleted = new Set();

  /**
   * `source` has the `path`, which ends where parameters follow; `isPolled`, whether its first page is read again and
   * again; `accepts`, whether a tweet belongs to it; `draw`, which makes a tweet's item; and `waits`, which is told how
   * many new tweets wait. Calls `recover` when a read fails that nobody awaits. Ends with the signal.
   */
  constructor(api, source, recover, signal) {
    this.#api = api;
    this.#source = source;
    this.#recover = recover;
    this.#view = new FeedView(source.draw, () => this.reveal({ byUser: true }));
    this.#older = new OlderPages(api, source.path, this.#view.parts, {
      taken: (page) => this.#takeOlder(page),
      expired: () => this.readAgain({ dropOlder: true }),
    }, signal);
  }

  get element() {
    return this.#view.element;
  }

  /** The number of new tweets that wait; null when nobody knows it. */
  get waitingCount() {
    return this.#isBehind ? null : this.#waiting.length;
  }

  /** Reads the first page with at least so many tweets, and returns up to where it is complete. Rejects on failure. */
  async readAnew(atLeast = PAGE_TWEETS) {
    const reading = ++this.#readings;
    const arrived = (this.#arrived = new Set());
    const page = await this.#api.get(`${this.#source.path}limit=${this.#limit(atLeast)}`);
    if (reading === this.#readings) this.#take(page, arrived);
    return completeUpTo(page);
  }

  /** Reads the first page again, in place of the older tweets too if tweets anywhere in the list may have changed. */
  async readAgain({ dropOlder = false } = {}) {
    this.#dropOlder ||= dropOlder;
    await this.readAnew().catch(this.#recover);
  }

  /** Takes in tweets from the stream or a poll. */
  arrive(tweets) {
    const news = tweets.filter(({ id }) => isNewer(id, this.#knownUpTo) && !this.#view.has(id));
    if (!news.length) return;
    this.#add(news);
    this.#announce(news);
  }

  /** Takes in a tweet that the user published here, if it belongs here, and scrolls to it. */
  published(tweet) {
    if (!this.#source.accepts(tweet)) return;
    this.#add([tweet]);
    if (this.isShown) this.reveal({ byUser: false });
  }

  /** Removes tweets that were deleted. */
  deleted(ids) {
    if (!ids.length) return;
    for (const id of ids) this.#deleted.add(id);
    this.#place(this.#all());
  }

  /** Removes the tweets of these authors. */
  dropAuthors(ids) {
    this.#place(this.#all().filter((tweet) => !ids.includes(tweet.author_id)));
  }

  /** Shows the tweets that wait, and scrolls to them. */
  reveal({ byUser }) {
    if (this.#isBehind) this.#startOver();
    this.#shown = this.#all();
    this.#waiting = [];
    this.#draw();
    if (this.#view.isReadingBelow()) scrollTo(0, 0);
    if (byUser) focusTitle();
  }

  showFault(error) {
    this.#view.setLoading(!error && !this.#isReady);
    this.#older.showFault(error);
  }

  #startOver() {
    this.#isBehind = this.#isReady = false;
    this.#shown = this.#waiting = [];
    this.#view.setLoading(true);
    this.readAgain({ dropOlder: true });
  }

  /** A polled page shows what was deleted among all that it covers; others must reach down to `#knownUpTo`. */
  #limit(atLeast) {
    const all = this.#all();
    const news = all.filter(({ id }) => isNewer(id, this.#knownUpTo)).length;
    const wanted = this.#source.isPolled || this.#dropOlder ? Math.max(atLeast + news, all.length) : atLeast + news;
    return Math.min(wanted, PAGE_TWEETS_MAX);
  }

  #all() {
    return this.#existing([...this.#waiting, ...this.#shown]);
  }

  #existing(tweets) {
    return tweets.filter(({ id }) => !this.#deleted.has(id));
  }

  #take(page, arrived) {
    const how = { arrived, knownUpTo: this.#knownUpTo, keepOlder: !this.#dropOlder };
    const { tweets, kept, hasGap } = withFirstPage(this.#all(), page, how);
    this.#older.showFault(null);
    this.#isBehind = hasGap && this.#shown.length > 0 && this.#isReadingBelow();
    if (this.#isBehind) return this.#draw();
    this.#dropOlder = false;
    if (!kept) this.#older.cursor = page.meta.next_cursor;
    this.#knownUpTo = completeUpTo(page);
    this.#isReady = true;
    this.#view.setLoading(false);
    if (this.#source.isPolled && this.#seenUpTo !== null) {
      this.#announce(page.data.filter(({ id }) => isNewer(id, this.#seenUpTo) && !this.#view.has(id)));
    }
    this.#place(this.#existing(tweets));
    this.#seenUpTo = this.#knownUpTo;
    return undefined;
  }

  #takeOlder(page) {
    this.#shown = this.#existing(withOlder(this.#shown, page));
    this.#draw();
  }

  #add(news) {
    for (const { id } of news) this.#arrived.add(id);
    this.#place(news.reduce(withTweet, this.#all()));
  }

  /** Shows these tweets; those above what the user reads wait. */
  #place(tweets) {
    const top = this.#waiting.length || this.#isReadingBelow() ? this.#shown[0] : undefined;
    const waiting = top ? tweets.filter(({ id }) => isNewer(id, top.id)) : [];
    // When no shown tweet is left, nothing has to keep its place.
    this.#waiting = waiting.length < tweets.length ? waiting : [];
    this.#shown = tweets.slice(this.#waiting.length);
    this.#draw();
    this.#shorten();
  }

  /** A window may stay open for days. Older tweets are read again when the user goes down to them. */
  #shorten() {
    if (this.#waiting.length > TWEETS_MAX) {
      this.#isBehind = true;
      this.#waiting = [];
      this.#draw();
    } else if (this.#shown.length > TWEETS_MAX && !this.#dropOlder && !this.#isReadingBelow()) {
      this.readAgain({ dropOlder: true });
    }
  }

  #isReadingBelow() {
    return !this.isShown || this.#view.isReadingBelow();
  }

  #draw() {
    this.#view.draw(this.#waiting, this.#shown, this.#seenUpTo);
    this.#view.drawFresh(this.waitingCount);
    if (this.#isReady) this.#older.draw(this.#shown.length === 0);
    this.#source.waits(this.waitingCount);
  }

  #announce(news) {
    if (!this.isShown || !news.length) return;
    announce(news.length === 1 ? `New tweet from ${news[0].author_id}` : `${news.length} new tweets`);
  }
}
