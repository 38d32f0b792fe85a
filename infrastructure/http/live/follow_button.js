// Follow buttons: all of them show the same relations, and act by one listener.

import { askWho } from "./entrance.js";
import { element } from "./dom.js";

/** Makes a button for this user. It stays hidden until the relation is known, and for oneself. */
export function followButton(relations, id, { onlyToFollow = false } = {}) {
  const button = element("button", { type: "button", className: "follow small", hidden: true });
  button.dataset.user = id;
  if (onlyToFollow) button.dataset.onlyToFollow = "";
  paint(button, relations);
  return button;
}

/** Makes the page's buttons act and follow the relations, until the signal is aborted. */
export function wireFollowButtons(relations, isGuest, signal) {
  const paintAll = () => {
    for (const each of document.querySelectorAll("button.follow")) paint(each, relations);
  };
  relations.addEventListener("change", paintAll, { signal });
  document.addEventListener("click", ({ target }) => {
    const button = target.closest("button.follow");
    if (!button) return;
    if (isGuest) askWho();
    else relations.follow(button.dataset.user, !button.classList.contains("following"));
  }, { signal });
}

function paint(button, relations) {
  const { user, onlyToFollow } = button.dataset;
  const relation = relations.get(user);
  const following = relation?.following ?? false;
  // A button under the pointer stays after a click, so that a second click undoes the first.
  const isDone = onlyToFollow !== undefined && following && !button.matches(":focus, :hover");
  button.hidden = !relations.canFollow(user) || isDone;
  button.classList.toggle("following", following);
  button.textContent = following ? "Unfollow" : "Follow";
  button.ariaLabel = `${button.textContent} ${user}`;
}
