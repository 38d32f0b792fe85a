// Makes the list item of one tweet.

import { tweetAddress, userAddress } from "./address.js";
import { paintAvatar } from "./avatar.js";
import { element, link } from "./dom.js";
import { followButton } from "./follow_button.js";
import { folded, linked } from "./text_view.js";
import { timeElement } from "./time.js";

const LINES_SHOWN = 12;
const NAMED_LETTERS = 40;

/** `more` may have `relations`, for a follow button, and `remove`, which deletes the user's own tweets. */
export function tweetView(tweet, { relations, remove, time = timeElement }) {
  const { id, author_id: author } = tweet;
  const head = element(
    "p",
    { className: "byline" },
    link(userAddress(author), { className: "name", title: author, textContent: author }),
    link(tweetAddress(id), { className: "when" }, time(tweet.created_at)),
    remove ? deleteButton(tweet, remove) : "",
    relations ? followButton(relations, author, { onlyToFollow: true }) : "",
  );
  const body = element("article", { className: "body" }, head, ...textOf(tweet.text));
  return element("li", { className: "tweet", tabIndex: -1 }, avatarLink(author), body);
}

/** Makes an avatar that leads to its user. The name beside it is the link for the keyboard. */
export function avatarLink(id, size = "") {
  const avatar = link(userAddress(id), { className: `avatar ${size}`.trim(), tabIndex: -1, ariaHidden: "true" });
  paintAvatar(avatar, id);
  return avatar;
}

/** Long texts are cut until the user wants all. */
function textOf(text) {
  const shown = folded(text);
  const paragraph = element("p", { className: "text", dir: "auto" }, ...linked(shown));
  if (shown.split("\n").length <= LINES_SHOWN) return [paragraph];
  paragraph.classList.add("cut");
  const all = element("button", { type: "button", className: "quiet small", textContent: "Show all" });
  all.addEventListener("click", () => {
    paragraph.classList.remove("cut");
    all.remove();
  });
  return [paragraph, all];
}

/** Asks once more before it deletes. */
function deleteButton(tweet, remove) {
  const button = element("button", { type: "button", className: "quiet small delete" });
  const letters = [...tweet.text];
  const name = letters.length > NAMED_LETTERS ? `${letters.slice(0, NAMED_LETTERS).join("")}…` : tweet.text;
  let asked = false;
  const ask = (again) => {
    asked = again;
    button.textContent = again ? "Delete for good?" : "Delete";
    button.ariaLabel = `${button.textContent} “${name}”`;
  };
  ask(false);
  button.addEventListener("blur", () => ask(false));
  button.addEventListener("keydown", ({ key }) => key === "Escape" && ask(false));
  button.addEventListener("click", () => (asked ? remove(tweet) : ask(true)));
  return button;
}
