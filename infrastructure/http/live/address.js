// Addresses of the views. They are hashes: to the service and to every gateway all of them are the page itself.

import { isUserId } from "./user_id.js";

export const HOME = "#/home";
export const EXPLORE = "#/explore";

export const userAddress = (id, list = "") => `#/users/${id}${list && `/${list}`}`;
export const tweetAddress = (id) => `#/tweets/${id}`;

/** Returns the view that an address names, with its id and list; null when it names none. */
export function parseAddress(hash) {
  const [view, id = "", list = "", ...more] = hash.replace(/^#\/?/, "").split("/");
  const isPlain = !id && !list;
  if (more.length) return null;
  if (["home", "explore", "people", "fan-out"].includes(view) && isPlain) return { view };
  if (view === "users" && isUserId(id) && ["", "followers", "following"].includes(list)) return { view, id, list };
  if (view === "tweets" && /^\d{1,19}$/.test(id) && !list) return { view, id };
  return null;
}
