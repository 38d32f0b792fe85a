// Shows the state of the fan-out worker, from the service's metrics.

import { byId, element } from "./dom.js";
import { parseMetrics } from "./metrics.js";
import { Sparkline } from "./sparkline.js";

const LOOK_MS = 2_000;
const LOOK_AGAIN_MS = 60_000;
const ANSWER_MS = 10_000;
const LOOKS_KEPT = 40;
const LOOKS_OF_MEAN = 15;
const NONE = "none yet";

const METERS = [
  { label: "Queue depth", text: String, ...gauge("queue") },
  { label: "Delay until pushed", text: duration, last: recentDelay, all: delays },
  { label: "Dead letters", text: String, ...gauge("dead") },
];

/** Reads the metrics again and again, except while the page is hidden. */
export function watchFanOut() {
  const meters = METERS.map(meterView);
  byId("meters").append(...meters.map(({ row }) => row));
  let looks = [];
  const look = async () => {
    if (document.hidden) return setTimeout(look, LOOK_MS);
    const seen = await readMetrics();
    looks = seen ? [...(goesOn(looks, seen) ? looks : []), seen].slice(-LOOKS_KEPT) : [];
    show(meters, looks);
    return setTimeout(look, seen === null ? LOOK_AGAIN_MS : LOOK_MS);
  };
  look();
}

/** Returns the numbers; null when the metrics are not public, undefined when there is no answer. */
async function readMetrics() {
  try {
    const response = await fetch("metrics", { cache: "no-store", signal: AbortSignal.timeout(ANSWER_MS) });
    const values = response.ok ? parseMetrics(await response.text()) : new Map();
    if (!values.has("perch_event_queue_depth")) return response.status < 500 ? null : undefined;
    return {
      queue: values.get("perch_event_queue_depth"),
      dead: values.get("perch_dead_letters"),
      pushed: values.get("perch_tweet_pushed_seconds_count"),
      seconds: values.get("perch_tweet_pushed_seconds_sum"),
    };
  } catch {
    return undefined;
  }
}

/** Whether this look continues the earlier ones: a counter that went down means a restart. */
function goesOn(looks, seen) {
  return !looks.length || looks.at(-1).pushed <= seen.pushed;
}

function show(meters, looks) {
  byId("meters").hidden = !looks.length;
  byId("meters-note").hidden = looks.length > 0;
  byId("meters-note").textContent = "The metrics are not available here.";
  byId("fan-out-brief").textContent = looks.length ? `${looks.at(-1).queue} queued` : "";
  if (looks.length) for (const meter of meters) meter.show(looks);
}

function meterView({ label, text, last, all }) {
  const number = element("span", { className: "number" });
  const sparkline = new Sparkline(LOOKS_KEPT);
  const row = element("div", {}, element("dt", { textContent: label }), element("dd", {}, number, sparkline.element));
  return {
    row,
    show(looks) {
      const value = last(looks);
      number.textContent = value === null ? NONE : text(value);
      sparkline.show(all(looks));
    },
  };
}

/** Reads a value that every look contains. */
function gauge(name) {
  return { last: (looks) => looks.at(-1)[name], all: (looks) => looks.map((look) => look[name]) };
}

/** Returns the mean delay, in seconds, of the tweets pushed between two looks; null when there were none. */
function delay(before, after) {
  const pushed = after.pushed - before.pushed;
  return pushed > 0 ? (after.seconds - before.seconds) / pushed : null;
}

function delays(looks) {
  return looks.map((look, index) => delay(looks[Math.max(0, index - 1)], look));
}

function recentDelay(looks) {
  return delay(looks.at(-1 - LOOKS_OF_MEAN) ?? looks[0], looks.at(-1));
}

function duration(seconds) {
  if (seconds >= 1) return `${seconds.toFixed(1)} s`;
  return seconds < 0.001 ? "under 1 ms" : `${Math.round(seconds * 1000)} ms`;
}
