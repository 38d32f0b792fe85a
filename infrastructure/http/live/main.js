// Starts the page and switches users. The name is in the address (/#alice), so that a reload keeps it.

import { showConnection } from "./connection.js";
import { byId } from "./dom.js";
import { prepareEntrance, showEntrance } from "./entrance.js";
import { watchFanOut } from "./fan_out.js";
import { named } from "./identity.js";
import { describeService } from "./service.js";
import { startSession } from "./session.js";
import { keepUpToDate } from "./time.js";

const WIDE = "(min-width: 44rem)";
const TRY_AGAIN_MS = 2_000;

let leave = () => {};

async function start() {
  byId("following").open = byId("fan-out").open = matchMedia(WIDE).matches;
  byId("skip").addEventListener("click", skipToTimeline);
  addEventListener("keydown", startTweet);
  const { usesTokens, textLimit } = await serviceThatAnswers();
  const enter = (identity) => {
    leave();
    leave = startSession(identity, textLimit, out);
  };
  if (usesTokens) enterByToken(enter);
  else enterByName(enter);
  keepUpToDate(byId("tweets"));
  watchFanOut();
}

function out(why) {
  leave();
  leave = () => {};
  showEntrance(why);
}

/** The address holds the name. The form and the Switch link only change the address. */
function enterByName(enter) {
  const enterAsAddressed = () => {
    const name = nameInAddress();
    if (!name) return out();
    try {
      return enter(named(name));
    } catch (error) {
      return out(error.message);
    }
  };
  prepareEntrance(false, ({ name }) => {
    if (name === nameInAddress()) enterAsAddressed();
    else location.hash = name;
  });
  addEventListener("hashchange", enterAsAddressed);
  enterAsAddressed();
}

function nameInAddress() {
  try {
    return decodeURIComponent(location.hash.slice(1));
  } catch {
    return location.hash.slice(1);
  }
}

function enterByToken(enter) {
  prepareEntrance(true, enter);
  byId("switch").addEventListener("click", (event) => {
    event.preventDefault();
    out();
  });
  out();
}

async function serviceThatAnswers() {
  for (;;) {
    try {
      return await describeService();
    } catch {
      showConnection("retrying");
      await new Promise((resolve) => setTimeout(resolve, TRY_AGAIN_MS));
    }
  }
}

/** Moves the focus without the link's own target, because the address holds the user's name. */
function skipToTimeline(event) {
  event.preventDefault();
  byId("timeline-title").focus();
}

function startTweet(event) {
  const { key, target, ctrlKey, metaKey, altKey } = event;
  if (key !== "n" || ctrlKey || metaKey || altKey || target.matches("input, textarea") || byId("home").hidden) return;
  event.preventDefault();
  byId("text").focus();
}

start();
