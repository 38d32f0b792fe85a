// Starts the page, and begins a session for each user and for guests.

import { EXPLORE, HOME } from "./address.js";
import { Api } from "./api.js";
import { BY_GATEWAY, BY_NAME, recognise, rememberName } from "./caller.js";
import { showConnection } from "./connection.js";
import { byId } from "./dom.js";
import { askWho, prepareEntrance, showEntrance } from "./entrance.js";
import { PeoplePanels } from "./people_panels.js";
import { Poll } from "./poll.js";
import { Session } from "./session.js";
import { listenToKeys } from "./shortcuts.js";
import { Stage } from "./stage.js";
import { keepTimesUpToDate } from "./time.js";

const TRY_AGAIN_MS = 2_000;
const ASIDE = { suggestions: 4, followers: 4 };

let session = null;
let stage = null;

async function start() {
  byId("skip").addEventListener("click", skipToContent);
  listenToKeys({ compose, reveal: () => stage?.reveal() });
  keepTimesUpToDate();
  const { by, headers } = await untilAnswered(recognise);
  byId("switch").hidden = by === BY_GATEWAY;
  byId("switch").addEventListener("click", () => leave(by));
  prepareEntrance(by, (theirs, name) => enter(by, theirs, name));
  if (headers) await untilAnswered(() => enter(by, headers));
  else begin(by, new Api(), null);
}

/** Begins a session of the user whom these headers identify. Rejects when the service does not know them. */
async function enter(by, headers, name) {
  const api = new Api(headers);
  const me = await api.get("v1/users/me");
  if (by === BY_NAME && name) rememberName(name);
  begin(by, api, me);
}

/** Ends the session, and goes on as a guest, or as the user whom the gateway names. */
function leave(by, why = "") {
  if (by === BY_GATEWAY) return location.reload();
  rememberName("");
  begin(by, new Api(), null);
  showEntrance(true, why);
  return askWho();
}

function begin(by, api, me) {
  const isSwitch = session !== null;
  session?.close();
  session = new Session(api, me, (why) => leave(by, why));
  showEntrance(!me);
  beginAside(session);
  if (isSwitch && location.hash === EXPLORE && me?.following_count) location.hash = HOME;
  stage = new Stage(session, me?.following_count ? HOME : EXPLORE);
}

/** Shows the people beside the views, while the window is wide enough for them. */
function beginAside(session) {
  const panels = new PeoplePanels(session, session.api.closed, ASIDE);
  const wide = matchMedia("(min-width: 64rem)");
  const poll = new Poll(() => panels.read(), session.api.closed);
  const follow = () => (wide.matches ? poll.start() : poll.stop());
  byId("aside").replaceChildren(...panels.elements);
  wide.addEventListener("change", follow, { signal: session.api.closed });
  follow();
}

async function untilAnswered(ask) {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      byId("connection").hidden = false;
      showConnection("retrying", error.message);
      await new Promise((resolve) => setTimeout(resolve, TRY_AGAIN_MS));
    }
  }
}

/** Writes a tweet, or asks a guest who they are. */
function compose() {
  if (!session?.id) return askWho();
  if (!byId("compose").hidden) return byId("text").focus();
  addEventListener("hashchange", () => byId("text").focus(), { once: true });
  location.hash = HOME;
  return undefined;
}

/** Moves the focus without the link's own target, because the address names the view. */
function skipToContent(event) {
  event.preventDefault();
  byId("title").focus();
}

start();
