// A tweet's text with links. Everything stays text: nothing is parsed as markup.

import { userAddress } from "./address.js";
import { link } from "./dom.js";
import { isUserId } from "./user_id.js";

const LINKED = /(?<![\w@.\/-])@[A-Za-z0-9_.-]{1,64}(?![A-Za-z0-9_.-])|(?<!\w)https?:\/\/[^\s<>"“”]+/g;
const LAST_OF_NAME = /[.-]+$/;
const LAST_OF_URL = /[.,:;!?'’»…*_]+$/;

const OUTWARD = "noopener noreferrer nofollow";

/** Returns the parts of a text: strings, and links of mentions and web addresses. */
export function linked(text) {
  const parts = [];
  let done = 0;
  for (const { 0: found, index } of text.matchAll(LINKED)) {
    const made = found[0] === "@" ? mention(found) : webLink(found);
    if (!made) continue;
    parts.push(text.slice(done, index), made);
    done = index + made.textContent.length;
  }
  return [...parts, text.slice(done)].filter((part) => part !== "");
}

/** Folds runs of blank lines to one. */
export function folded(text) {
  return text.replace(/\n(?:[^\S\n]*\n){2,}/g, "\n\n");
}

function mention(found) {
  const shown = found.replace(LAST_OF_NAME, "");
  return isUserId(shown.slice(1)) && link(userAddress(shown.slice(1)), { textContent: shown });
}

/** Leaves out punctuation after the address, and a bracket that was opened before it. */
function webLink(found) {
  let shown = found.replace(LAST_OF_URL, "");
  while (shown.endsWith(")") && count(shown, ")") > count(shown, "(")) {
    shown = shown.slice(0, -1).replace(LAST_OF_URL, "");
  }
  return URL.canParse(shown) && link(shown, { textContent: shown, rel: OUTWARD, target: "_blank" });
}

const count = (text, letter) => text.split(letter).length - 1;
