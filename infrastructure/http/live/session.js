// Everything that runs while one user is signed in.

import { Api } from "./api.js";
import { Composer } from "./composer.js";
import { byId, paintAvatar } from "./dom.js";
import { Following } from "./following.js";
import { Live } from "./live.js";
import { Timeline } from "./timeline.js";

const HIDDEN_MS = 60_000;

/** Shows the user's home and keeps it live. Calls `leave` with the reason when the service refuses the user. */
export function startSession(identity, textLimit, leave) {
  const { name } = identity;
  const api = new Api(identity);
  const timeline = new Timeline(api, name, () => live.restart());
  const following = new Following(api, timeline);
  const home = {
    readAnew() {
      following.readAnew();
      return timeline.readAnew();
    },
    arrive: (tweets) => timeline.arrive(tweets),
    deleted: (ids) => timeline.deleted(ids),
  };
  const live = new Live(api, home, leave);
  new Composer(api, textLimit, (tweet) => timeline.published(tweet));
  showHome(name);
  restWhileAway(live, api.closed);
  byId("try-now").addEventListener("click", () => live.restart(), { signal: api.closed });
  live.start();
  return () => api.close();
}

function showHome(name) {
  const fromEntrance = byId("entrance").contains(document.activeElement);
  byId("entrance").hidden = true;
  byId("home").hidden = byId("you").hidden = byId("connection").hidden = false;
  byId("you-name").textContent = name;
  paintAvatar(byId("you-avatar"), name);
  if (fromEntrance) byId("timeline-title").focus({ preventScroll: true });
}

/** Closes the stream of a window that stays hidden, because browsers open few connections to one host. */
function restWhileAway(live, closed) {
  let resting;
  const until = { signal: closed };
  const comeBack = () => {
    clearTimeout(resting);
    live.start();
    live.wake();
  };
  document.addEventListener(
    "visibilitychange",
    () => (document.hidden ? (resting = setTimeout(() => live.stop(), HIDDEN_MS)) : comeBack()),
    until,
  );
  // The old connection may be dead, and no event would say so.
  addEventListener("online", () => live.restart(), until);
  addEventListener("pageshow", comeBack, until);
  addEventListener("pagehide", () => live.stop(), until);
  closed.addEventListener("abort", () => clearTimeout(resting));
}
