// Single keys for what people do often. The help says which, and turns them off.

import { byId } from "./dom.js";

/** `act` has `compose` and `reveal`. */
export function listenToKeys(act) {
  addEventListener("keydown", (event) => {
    const { key, target, ctrlKey, metaKey, altKey } = event;
    const isTyping = target.matches("input, textarea, select, [contenteditable]");
    if (ctrlKey || metaKey || altKey || isTyping || document.querySelector("dialog[open]")) return;
    if (key !== "?" && !byId("shortcuts").checked) return;
    const does = { n: act.compose, j: () => step(1), k: () => step(-1), ".": act.reveal, "?": help }[key];
    if (!does) return;
    event.preventDefault();
    does();
  });
}

function help() {
  byId("help").showModal();
}

/** Moves the focus to the next or the previous tweet. */
function step(by) {
  const tweets = [...document.querySelectorAll("main section:not([hidden]) .tweet")];
  const at = tweets.indexOf(document.activeElement?.closest(".tweet"));
  tweets[Math.min(tweets.length - 1, Math.max(0, at + by))]?.focus();
}
