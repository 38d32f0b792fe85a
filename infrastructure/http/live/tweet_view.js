// Makes the list item of one tweet.

import { element, paintAvatar } from "./dom.js";
import { timeElement } from "./time.js";

/** With `remove`, the item has a button that asks for confirmation and then calls it. */
export function tweetView(tweet, remove) {
  const avatar = element("span", { className: "avatar", ariaHidden: "true" });
  paintAvatar(avatar, tweet.author_id);
  const head = element(
    "p",
    { className: "byline" },
    element("strong", { className: "name", title: tweet.author_id, textContent: tweet.author_id }),
    timeElement(tweet.created_at),
  );
  if (remove) head.append(deleteButton(remove));
  const text = element("p", { className: "text", dir: "auto", textContent: tweet.text });
  return element("li", { className: "tweet" }, avatar, element("article", {}, head, text));
}

function deleteButton(remove) {
  const button = element("button", { type: "button", className: "quiet small", textContent: "Delete" });
  let asked = false;
  const ask = (again) => {
    asked = again;
    button.textContent = again ? "Delete for good?" : "Delete";
  };
  button.addEventListener("blur", () => ask(false));
  button.addEventListener("keydown", ({ key }) => key === "Escape" && ask(false));
  button.addEventListener("click", () => (asked ? remove() : ask(true)));
  return button;
}
