// All that goes on while one user is here.

import { Api } from "./api.js";
import { Composer } from "./composer.js";
import { byId, paintAvatar } from "./dom.js";
import { Following } from "./following.js";
import { Live } from "./live.js";
import { Timeline } from "./timeline.js";

const HIDDEN_MS = 60_000;

/** Shows the user's home, and keeps it live until `close` is called. `leave` is told why, when the user cannot stay. */
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

/** Browsers open few connections to one host, hence a window that nobody sees lets its stream go after a while. */
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
  // What was open before may be dead, and only silence would tell.
  addEventListener("online", () => live.restart(), until);
  addEventListener("pageshow", comeBack, until);
  addEventListener("pagehide", () => live.stop(), until);
  closed.addEventListener("abort", () => clearTimeout(resting));
}
