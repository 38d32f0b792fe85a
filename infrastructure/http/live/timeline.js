// The home timeline: its first page, what arrives, and older pages on the way down.

import { Problem } from "./api.js";
import { announce, arrange, byId } from "./dom.js";
import { tweetView } from "./tweet_view.js";
import { isNewer, withFirstPage, withOlder, withTweet } from "./tweets.js";

const EARLY = "600px";
const PAGE_TWEETS = 20;
const PAGE_TWEETS_MAX = 100;
const BELOW_PX = 8;

export class Timeline {
  #api;
  #path;
  #user;
  #recover;
  #views = new Map();
  #shown = [];
  /** Newer than what is shown: putting them in would move what is being read. */
  #waiting = [];
  /** The first page that was read last is all there is up to here. */
  #knownUpTo = "0";
  /** Ids of tweets that came while that page was asked for. */
  #arrived = new Set();
  #cursor = null;
  /** Whether the older tweets shown are no longer right, and go with the next reading of the first page. */
  #beginAnew = false;
  #readings = 0;
  #readingOlder = false;
  #nearEnd = new IntersectionObserver(([entry]) => entry.isIntersecting && this.#readOlder(), { rootMargin: EARLY });

  /** `recover` is for what fails: it reads everything anew, as often as it takes. */
  constructor(api, user, recover) {
    this.#api = api;
    this.#path = `${api.own}/timeline?include_self=true`;
    this.#user = user;
    this.#recover = recover;
    this.#clear();
    const until = { signal: api.closed };
    byId("fresh").addEventListener("click", () => this.#reveal(), until);
    byId("older").addEventListener("click", () => this.#readOlder(), until);
    api.closed.addEventListener("abort", () => this.#nearEnd.disconnect());
  }

  /** Reads the first page; gives the id up to which everything is known then. Rejects when there is no answer. */
  async readAnew() {
    const reading = ++this.#readings;
    const arrived = (this.#arrived = new Set());
    const page = await this.#api.get(`${this.#path}&limit=${this.#enough()}`);
    if (reading === this.#readings) this.#take(page, arrived);
    return page.meta.since_id;
  }

  /** How many tweets a first page needs to reach down to what the one before it said, so that older ones can stay. */
  #enough() {
    const news = [...this.#waiting, ...this.#shown].filter(({ id }) => isNewer(id, this.#knownUpTo));
    return Math.min(PAGE_TWEETS + news.length, PAGE_TWEETS_MAX);
  }

  /** Takes tweets in that came by the stream or a poll. */
  arrive(tweets) {
    const news = tweets.filter(({ id }) => isNewer(id, this.#knownUpTo) && !this.#views.has(id));
    if (!news.length) return;
    this.#add(news);
    const [{ author_id: author }] = news;
    announce(news.length === 1 ? `New tweet from ${author}` : `${news.length} new tweets`);
  }

  /** Takes in a tweet of one's own. Whoever publishes wants to see it, so that it waits for nothing. */
  published(tweet) {
    this.#add([tweet]);
    this.#reveal();
  }

  async unfollowed(author) {
    this.#drop((tweet) => tweet.author_id === author);
    await this.#readAgain();
  }

  /** A new followee's tweets belong everywhere in the list. */
  async followed() {
    await this.#walkAnew();
  }

  async #walkAnew() {
    this.#beginAnew = true;
    await this.#readAgain();
  }

  async #readAgain() {
    await this.readAnew().catch(this.#recover);
  }

  #take(page, arrived) {
    const how = { arrived, knownUpTo: this.#knownUpTo, keepOlder: !this.#beginAnew };
    const { tweets, kept } = withFirstPage([...this.#waiting, ...this.#shown], page, how);
    this.#beginAnew = false;
    if (!kept) this.#cursor = page.meta.next_cursor;
    this.#knownUpTo = page.meta.since_id;
    byId("tweets").ariaBusy = "false";
    byId("loading").hidden = true;
    byId("older-error").textContent = "";
    this.#place(tweets);
  }

  #add(news) {
    for (const { id } of news) this.#arrived.add(id);
    this.#place(news.reduce(withTweet, [...this.#waiting, ...this.#shown]));
  }

  #drop(isGone) {
    this.#place([...this.#waiting, ...this.#shown].filter((tweet) => !isGone(tweet)));
  }

  /** Shows these tweets; those above what is being read wait. */
  #place(tweets) {
    const top = this.#waiting.length || isReadingBelow() ? this.#shown[0] : undefined;
    const waiting = top ? tweets.filter(({ id }) => isNewer(id, top.id)) : [];
    // When nothing is left of what was read, there is nothing to keep in place.
    this.#waiting = waiting.length < tweets.length ? waiting : [];
    this.#shown = tweets.slice(this.#waiting.length);
    this.#draw();
  }

  #draw() {
    const views = new Map();
    for (const tweet of [...this.#waiting, ...this.#shown]) {
      views.set(tweet.id, this.#views.get(tweet.id) ?? this.#view(tweet));
    }
    this.#views = views;
    const lostFocus = arrange(byId("tweets"), this.#shown.map(({ id }) => views.get(id)));
    if (lostFocus) byId("timeline-title").focus({ preventScroll: true });
    const waiting = this.#waiting.length;
    byId("fresh").hidden = waiting === 0;
    byId("fresh").textContent = waiting === 1 ? "1 new tweet" : `${waiting} new tweets`;
    document.title = `${waiting ? `(${waiting}) ` : ""}${this.#user} · Perch`;
    this.#drawEnd();
  }

  #view(tweet) {
    const view = tweetView(tweet, this.#remover(tweet));
    view.classList.toggle("arrived", isNewer(tweet.id, this.#knownUpTo));
    return view;
  }

  #drawEnd() {
    const isAll = this.#cursor === null;
    byId("empty").hidden = !isAll || this.#shown.length > 0;
    byId("end").hidden = !isAll || this.#shown.length === 0;
    byId("older").hidden = isAll;
    // Observed anew, because an observer tells of changes only, and a short page changes nothing.
    this.#nearEnd.disconnect();
    if (!isAll) this.#nearEnd.observe(byId("older"));
  }

  #reveal() {
    const news = this.#waiting.length > 0;
    this.#shown = [...this.#waiting, ...this.#shown];
    this.#waiting = [];
    this.#draw();
    if (!isReadingBelow()) return;
    byId("timeline").scrollIntoView();
    if (news) byId("timeline-title").focus({ preventScroll: true });
  }

  async #readOlder() {
    if (this.#readingOlder || this.#cursor === null) return;
    this.#readingOlder = true;
    const cursor = this.#cursor;
    byId("older-error").textContent = "";
    try {
      const page = await this.#api.get(`${this.#path}&cursor=${encodeURIComponent(cursor)}`);
      this.#readingOlder = false;
      // Unless the walk has begun anew meanwhile.
      if (cursor === this.#cursor) this.#takeOlder(page);
      else this.#drawEnd();
    } catch (error) {
      this.#readingOlder = false;
      await this.#olderFailed(error);
    }
  }

  #takeOlder(page) {
    this.#cursor = page.meta.next_cursor;
    this.#shown = withOlder(this.#shown, page);
    this.#draw();
  }

  /** A cursor of a service that has restarted since is no good any more, and the walk begins again. */
  async #olderFailed(error) {
    if (error instanceof Problem && error.status === 400) await this.#walkAnew();
    else byId("older-error").textContent = `${error.message} The button tries again.`;
  }

  #remover(tweet) {
    if (tweet.author_id !== this.#user) return null;
    return async () => {
      try {
        await this.#api.delete(`v1/tweets/${tweet.id}`);
      } catch (error) {
        // Somebody else's window was faster.
        if (error.status !== 404) return byId("older-error").textContent = `Not deleted. ${error.message}`;
      }
      this.#drop(({ id }) => id === tweet.id);
      await this.#readAgain();
    };
  }

  #clear() {
    byId("tweets").replaceChildren();
    byId("tweets").ariaBusy = "true";
    byId("loading").hidden = false;
    for (const id of ["empty", "end", "older", "fresh"]) byId(id).hidden = true;
    byId("older-error").textContent = "";
  }
}

/** Whether the top of the list is above what can be seen of it. */
function isReadingBelow() {
  return byId("tweets").getBoundingClientRect().top < byId("bar").offsetHeight - BELOW_PX;
}
