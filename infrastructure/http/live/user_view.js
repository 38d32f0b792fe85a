// One user: counts, a follow button, and one of three lists.

import { userAddress } from "./address.js";
import { paintAvatar } from "./avatar.js";
import { element, fromTemplate, link } from "./dom.js";
import { followButton } from "./follow_button.js";
import { PeopleList } from "./people_list.js";
import { View } from "./view.js";

const TABS = [
  { list: "", name: "Tweets", count: "tweets_count" },
  { list: "followers", name: "Followers", count: "followers_count" },
  { list: "following", name: "Following", count: "following_count" },
];

export class UserView extends View {
  #id;
  #counts = [];
  #relation;

  constructor(session, { id, list }) {
    super(session);
    this.#id = this.title = id;
    this.hasComposer = id === session.id && !list;
    this.element.append(this.#profile(list));
    const read = list ? this.#readsPeople(list) : this.#readsTweets();
    session.relations.addEventListener("change", () => this.#drawRelation(), { signal: this.ended });
    session.relations.know([id]);
    this.#drawRelation();
    this.polls(() => Promise.all([this.#readCounts(), read()]), (error) => this.#showFault(error));
  }

  #profile(list) {
    const profile = fromTemplate("user-template");
    paintAvatar(profile.querySelector(".avatar"), this.#id);
    this.#relation = profile.querySelector(".relation");
    this.#relation.after(followButton(this.session.relations, this.#id));
    for (const tab of TABS) {
      const count = element("b", { textContent: "–" });
      const made = link(userAddress(this.#id, tab.list), {}, count, ` ${tab.name}`);
      if (tab.list === list) made.ariaCurrent = "page";
      profile.querySelector(".tabs").append(made);
      this.#counts.push({ count, of: tab.count });
    }
    return profile;
  }

  #readsTweets() {
    this.feed = this.session.newFeed({
      path: `v1/users/${this.#id}/tweets?`,
      accepts: (tweet) => tweet.author_id === this.#id,
      options: {},
    }, this.ended);
    this.feed.element.querySelector(".empty").append(element("p", { textContent: `${this.#id} has no tweets.` }));
    this.element.append(this.feed.element);
    this.#showFault = (error) => this.feed.showFault(error);
    return () => this.feed.readAnew();
  }

  #readsPeople(list) {
    const none = list === "followers" ? `Nobody follows ${this.#id}.` : `${this.#id} follows nobody.`;
    const people = new PeopleList(this.session, `v1/users/${this.#id}/${list}`, none, this.ended);
    this.element.append(people.element);
    this.#showFault = (error) => people.showFault(error);
    return () => people.readAnew();
  }

  #showFault = () => {};

  async #readCounts() {
    const counts = await this.session.api.get(`v1/users/${this.#id}`);
    for (const { count, of } of this.#counts) count.textContent = counts[of].toLocaleString("en");
    await this.session.relations.know([this.#id]);
  }

  #drawRelation() {
    const { id, relations } = this.session;
    const followsBack = relations.get(this.#id)?.followed_by ? "Follows you" : "";
    this.#relation.textContent = this.#id === id ? "This is you." : followsBack;
  }
}
