// The home timeline: reads the first page, takes in new tweets, and removes tweets.

import { announce, byId } from "./dom.js";
import { OlderPages } from "./older_pages.js";
import { isReadingBelow, TimelineView } from "./timeline_view.js";
import { isNewer, withFirstPage, withOlder, withTweet } from "./tweets.js";

const PAGE_TWEETS = 20;
const PAGE_TWEETS_MAX = 100;

export class Timeline {
  #api;
  #path;
  #user;
  #recover;
  #view;
  #older;
  #shown = [];
  /** Newer tweets than those shown. They wait, because inserting them would move what the user reads. */
  #waiting = [];
  /** The `since_id` of the newest first page: every tweet up to this id is known. */
  #knownUpTo = "0";
  /** Ids of the tweets that arrived since the newest first page was requested. */
  #arrived = new Set();
  /** Whether the next first page replaces the older tweets, too. */
  #dropOlder = false;
  #readings = 0;
  /** Ids of tweets that others deleted: a page that was requested before may still hold them. */
  #deleted = new Set();

  /** Calls `recover` when a read fails; it must read everything again, and retry until that works. */
  constructor(api, user, recover) {
    this.#api = api;
    this.#path = `${api.own}/timeline?include_self=true`;
    this.#user = user;
    this.#recover = recover;
    this.#view = new TimelineView(user, (tweet) => this.#remover(tweet));
    this.#older = new OlderPages(api, this.#path, {
      taken: (page) => this.#takeOlder(page),
      expired: () => this.#readAgain({ dropOlder: true }),
    });
    byId("fresh").addEventListener("click", () => this.#reveal(), { signal: api.closed });
  }

  /** Reads the first page and returns its `since_id`. Rejects when the request fails. */
  async readAnew() {
    const reading = ++this.#readings;
    const arrived = (this.#arrived = new Set());
    const page = await this.#api.get(`${this.#path}&limit=${this.#limit()}`);
    if (reading === this.#readings) this.#take(page, arrived);
    return page.meta.since_id;
  }

  /** The first page must reach down to `#knownUpTo`, or else older tweets could not stay: there might be a gap. */
  #limit() {
    const news = this.#all().filter(({ id }) => isNewer(id, this.#knownUpTo));
    return Math.min(PAGE_TWEETS + news.length, PAGE_TWEETS_MAX);
  }

  /** Takes in tweets from the stream or a poll. */
  arrive(tweets) {
    const news = tweets.filter(({ id }) => isNewer(id, this.#knownUpTo) && !this.#view.has(id));
    if (!news.length) return;
    this.#add(news);
    const [{ author_id: author }] = news;
    announce(news.length === 1 ? `New tweet from ${author}` : `${news.length} new tweets`);
  }

  /** Takes in a tweet that the user published here, and scrolls to it. */
  published(tweet) {
    this.#add([tweet]);
    this.#reveal();
  }

  /** Removes tweets that their authors deleted. */
  deleted(ids) {
    if (!ids.length) return;
    for (const id of ids) this.#deleted.add(id);
    this.#place(this.#all());
  }

  async unfollowed(author) {
    this.#drop((tweet) => tweet.author_id === author);
    await this.#readAgain();
  }

  /** Reads everything again, because tweets of a new followee belong everywhere in the list. */
  async followed() {
    await this.#readAgain({ dropOlder: true });
  }

  async #readAgain({ dropOlder = false } = {}) {
    this.#dropOlder ||= dropOlder;
    await this.readAnew().catch(this.#recover);
  }

  #all() {
    return this.#existing([...this.#waiting, ...this.#shown]);
  }

  #existing(tweets) {
    return tweets.filter(({ id }) => !this.#deleted.has(id));
  }

  #take(page, arrived) {
    const how = { arrived, knownUpTo: this.#knownUpTo, keepOlder: !this.#dropOlder };
    const { tweets, kept } = withFirstPage(this.#all(), page, how);
    this.#dropOlder = false;
    if (!kept) this.#older.cursor = page.meta.next_cursor;
    this.#knownUpTo = page.meta.since_id;
    this.#view.setLoading(false);
    this.#place(this.#existing(tweets));
  }

  #takeOlder(page) {
    this.#shown = this.#existing(withOlder(this.#shown, page));
    this.#draw();
  }

  #add(news) {
    for (const { id } of news) this.#arrived.add(id);
    this.#place(news.reduce(withTweet, this.#all()));
  }

  #drop(isGone) {
    this.#place(this.#all().filter((tweet) => !isGone(tweet)));
  }

  /** Shows these tweets; those above what the user reads wait. */
  #place(tweets) {
    const top = this.#waiting.length || isReadingBelow() ? this.#shown[0] : undefined;
    const waiting = top ? tweets.filter(({ id }) => isNewer(id, top.id)) : [];
    // When no shown tweet is left, nothing has to keep its place.
    this.#waiting = waiting.length < tweets.length ? waiting : [];
    this.#shown = tweets.slice(this.#waiting.length);
    this.#draw();
  }

  #draw() {
    this.#view.draw(this.#waiting, this.#shown, this.#knownUpTo);
    this.#older.draw(this.#shown.length === 0);
  }

  #reveal() {
    const news = this.#waiting.length > 0;
    this.#shown = this.#all();
    this.#waiting = [];
    this.#draw();
    this.#view.scrollToTop(news);
  }

  /** Returns what deletes this tweet, or null when it is somebody else's. */
  #remover(tweet) {
    if (tweet.author_id !== this.#user) return null;
    return async () => {
      try {
        await this.#api.delete(`v1/tweets/${tweet.id}`);
      } catch (error) {
        // On 404 another window has deleted it already.
        if (error.status !== 404) return this.#older.showError(`The tweet was not deleted. ${error.message}`);
      }
      this.#drop(({ id }) => id === tweet.id);
      await this.#readAgain();
    };
  }
}
