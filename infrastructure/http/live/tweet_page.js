// One tweet by its address.

import { userAddress } from "./address.js";
import { element, link, showFault } from "./dom.js";
import { exactTimeElement } from "./time.js";
import { tweetView } from "./tweet_view.js";
import { View } from "./view.js";

export class TweetPage extends View {
  title = "Tweet";
  #id;
  #list = element("ol", { className: "panel tweets single", role: "list" });
  #foot = element("div", { className: "foot" });
  #fault = element("p", { className: "error", role: "alert" });
  #isThere = false;

  constructor(session, { id }) {
    super(session);
    this.#id = id;
    this.#list.ariaBusy = "true";
    this.element.append(this.#list, this.#fault, this.#foot);
    session.addEventListener("deleted", ({ detail }) => detail.includes(id) && this.#gone(), { signal: this.ended });
    this.polls(() => this.#read(), (error) => showFault(this.#fault, error));
  }

  async #read() {
    try {
      const tweet = await this.session.api.get(`v1/tweets/${this.#id}`);
      showFault(this.#fault, null);
      if (!this.#isThere) this.#draw(tweet);
    } catch (error) {
      if (error.status !== 404) throw error;
      this.#gone();
    }
  }

  #draw(tweet) {
    this.#isThere = true;
    const { relations } = this.session;
    relations.know([tweet.author_id]);
    this.title = `${tweet.author_id}: “${tweet.text.slice(0, 40)}”`;
    const options = { relations, ...this.session.removing(tweet), time: exactTimeElement };
    this.#list.replaceChildren(tweetView(tweet, options));
    this.#list.ariaBusy = "false";
    const more = link(userAddress(tweet.author_id), { textContent: `More tweets by ${tweet.author_id}` });
    this.#foot.replaceChildren(more);
  }

  #gone() {
    this.#isThere = false;
    this.#list.replaceChildren();
    this.#list.ariaBusy = "false";
    this.#foot.replaceChildren(element("div", { className: "empty" },
      element("strong", { textContent: "This tweet is not there." }),
      element("p", { textContent: "It never was, or its author has deleted it." })));
  }
}
