// Makes the list item of one user.

import { userAddress } from "./address.js";
import { element, link } from "./dom.js";
import { followButton } from "./follow_button.js";
import { avatarLink } from "./tweet_view.js";

/** `note` says why this user is listed. */
export function personRow(relations, id, note = "") {
  const name = link(userAddress(id), { className: "name", title: id, textContent: id });
  const why = note && element("p", { className: "hint", textContent: note });
  const about = element("div", { className: "body" }, name, why);
  return element("li", { className: "row person" }, avatarLink(id), about, followButton(relations, id));
}
