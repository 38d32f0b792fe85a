// Everything that runs for one user, or for a guest, whose id is empty.

import { showConnection } from "./connection.js";
import { byId, toast } from "./dom.js";
import { paintAvatar } from "./avatar.js";
import { userAddress } from "./address.js";
import { Composer } from "./composer.js";
import { Feed } from "./feed.js";
import { wireFollowButtons } from "./follow_button.js";
import { emptyHome } from "./home_view.js";
import { Live } from "./live.js";
import { Publisher } from "./publisher.js";
import { Relations } from "./relations.js";
import { restWhileAway } from "./rest.js";
import { tweetView } from "./tweet_view.js";
import { Watch } from "./watch.js";

export class Session extends EventTarget {
  api;
  id;
  relations;
  /** The feed of the home timeline; a guest has none. */
  home = null;
  #feeds = new Set();
  #watch = null;

  /**
   * Sends `people` when the user follows others than before, and `deleted` with the ids of deleted tweets.
   *
   * `leave` is called with the reason when the service does not know the user any more.
   */
  constructor(api, me, leave) {
    super();
    this.api = api;
    this.id = me?.id ?? "";
    this.relations = new Relations(api, this.id);
    wireFollowButtons(this.relations, !me, api.closed);
    showUser(this.id);
    if (me) this.#startUser(me, leave);
  }

  /** Whom the user follows, newest follow first; not all, if there are very many. */
  get followees() {
    return this.#watch?.followees ?? [];
  }

  close() {
    this.api.close();
  }

  /** Makes a feed that is read again and again. `source` is a feed's; its `options` are those of `tweetView`. */
  newFeed({ options, drawn = () => {}, ...source }, signal) {
    const draw = (tweet) => {
      drawn([tweet.author_id]);
      return tweetView(tweet, { ...options, ...this.removing(tweet) });
    };
    const feed = new Feed(this.api, { isPolled: true, waits: () => {}, draw, ...source }, () => {}, signal);
    this.#feeds.add(feed);
    signal.addEventListener("abort", () => this.#feeds.delete(feed));
    return feed;
  }

  /** Returns what deletes this tweet, as an option of `tweetView`; nothing if it is somebody else's. */
  removing({ author_id: author }) {
    return author === this.id ? { remove: (tweet) => this.#remove(tweet) } : {};
  }

  /** A view has read from the service. Only guests see it: users see the state of the stream. */
  reached() {
    if (!this.id) showConnection("live");
  }

  /** A view could not read from the service. */
  missed(error) {
    if (!this.id) showConnection("retrying", error.message);
  }

  #startUser(me, leave) {
    const { closed } = this.api;
    const live = new Live(this.api, this.#heard(), leave);
    this.home = this.#homeFeed(() => live.restart());
    const publisher = new Publisher(this.api, me.id, {
      published: (tweet) => this.#published(tweet),
      edit: (text) => composer.edit(text),
    });
    const composer = new Composer(me.id, (text) => publisher.publish(text), closed);
    this.#watch = this.#watching(me);
    this.relations.addEventListener("followed", () => this.#watch.look(), { signal: closed });
    live.addEventListener("live", () => publisher.wake(), { signal: closed });
    byId("try-now").addEventListener("click", () => live.restart(), { signal: closed });
    restWhileAway(live, closed);
    live.start();
    this.#watch.start();
  }

  #homeFeed(recover) {
    const source = {
      path: "v1/users/me/timeline?include_self=true&",
      isPolled: false,
      accepts: ({ author_id: author }) => author === this.id,
      draw: (tweet) => tweetView(tweet, this.removing(tweet)),
      waits: showHomeCount,
    };
    const home = new Feed(this.api, source, recover, this.api.closed);
    home.element.querySelector(".empty").append(...emptyHome());
    this.#feeds.add(home);
    return home;
  }

  /** What the stream tells. */
  #heard() {
    return {
      readAnew: () => this.home.readAnew(),
      arrive: (tweets) => this.home.arrive(tweets),
      deleted: (ids) => this.#deleted(ids),
    };
  }

  #watching(me) {
    const watch = new Watch(this.api, me);
    // A gateway names another user now: everything begins anew.
    watch.addEventListener("stranger", () => location.reload());
    watch.addEventListener("tweets", () => this.home.readAgain({ dropOlder: true }));
    watch.addEventListener("followees", ({ detail }) => this.#followsChanged(detail));
    return watch;
  }

  /** The tweets of a new followee belong everywhere in the list. */
  #followsChanged({ added, removed, isFirst }) {
    this.dispatchEvent(new Event("people"));
    if (isFirst) return;
    this.home.dropAuthors(removed);
    const isLess = removed.length > 0 && added.length === 0;
    this.home.readAgain({ dropOlder: !isLess });
    this.relations.renew();
  }

  #published(tweet) {
    for (const feed of this.#feeds) feed.published(tweet);
    this.#watch.look();
  }

  #deleted(ids) {
    for (const feed of this.#feeds) feed.deleted(ids);
    this.dispatchEvent(new CustomEvent("deleted", { detail: ids }));
  }

  async #remove(tweet) {
    try {
      await this.api.delete(`v1/tweets/${tweet.id}`);
    } catch (error) {
      // On 404 another window has deleted it already.
      if (error.status !== 404) return toast(error, "The tweet was not deleted.");
    }
    return this.#deleted([tweet.id]);
  }
}

function showUser(id) {
  for (const each of [byId("you"), byId("compose"), byId("nav-you"), document.querySelector("[data-view=home]")]) {
    each.hidden = !id;
  }
  showHomeCount(0);
  byId("connection").hidden = !id;
  byId("notice").hidden = true;
  if (!id) return;
  byId("you-link").href = byId("nav-you").href = userAddress(id);
  byId("you-name").textContent = id;
  for (const each of ["you-avatar", "composer-avatar"]) paintAvatar(byId(each), id);
}

/** Tells beside Home how many new tweets wait there. */
function showHomeCount(count) {
  const place = byId("home-count");
  place.hidden = count === 0;
  place.textContent = count === null ? "•" : count > 99 ? "99+" : count || "";
  place.title = count === null ? "new tweets" : `${count} new`;
}
