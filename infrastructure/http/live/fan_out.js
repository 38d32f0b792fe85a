// What the fan-out does, from the service's metrics, which are asked only while this view is shown.

import { element, fromTemplate } from "./dom.js";
import { parseMetrics } from "./metrics.js";
import { Sparkline } from "./sparkline.js";
import { View } from "./view.js";

const LOOK_MS = 2_000;
const LOOK_AGAIN_MS = 30_000;
const ANSWER_MS = 10_000;
const LOOKS_KEPT = 40;
const LOOKS_OF_MEAN = 15;
const NONE = "none yet";
const ELSEWHERE = "elsewhere";
const NOT_HERE = "The fan-out’s metrics are not here: a gateway hides them, or other processes have them.";

const METERS = [
  { label: "Outbox", what: "tweets that are not in all timelines yet", text: String, ...gauge("outbox") },
  { label: "Queue", what: "hints that wait for the worker", text: String, ...gauge("queue") },
  { label: "Delay", what: "from publish until pushed", text: duration, last: recentDelay, all: delays, none: NONE },
  { label: "Dead letters", what: "given up; readers see them all the same", text: String, ...gauge("dead") },
];

export class FanOutView extends View {
  title = "Fan-out";
  #root = fromTemplate("fan-out-template");
  #meters = METERS.map(meterView);
  #looks = [];
  #timer;

  constructor(session) {
    super(session);
    this.element.append(this.#root);
    this.#part(".meters").append(...this.#meters.map(({ row }) => row));
    this.ended.addEventListener("abort", () => clearTimeout(this.#timer));
  }

  show() {
    super.show();
    this.#look();
  }

  hide() {
    super.hide();
    clearTimeout(this.#timer);
  }

  async #look() {
    clearTimeout(this.#timer);
    const seen = document.hidden ? "hidden" : await readMetrics();
    if (this.element.hidden || this.ended.aborted) return;
    if (seen !== "hidden") this.#take(seen);
    this.#timer = setTimeout(() => this.#look(), seen === null ? LOOK_AGAIN_MS : LOOK_MS);
  }

  #take(seen) {
    const before = goesOn(this.#looks, seen) ? this.#looks : [];
    this.#looks = seen ? [...before, seen].slice(-LOOKS_KEPT) : [];
    const isThere = this.#looks.length > 0;
    this.#part(".meters").hidden = !isThere;
    this.#part(".note").hidden = isThere;
    this.#part(".note").textContent = seen === null ? NOT_HERE : "Perch does not answer.";
    if (isThere) for (const meter of this.#meters) meter.show(this.#looks);
  }

  #part(selector) {
    return this.#root.querySelector(selector);
  }
}

/** Returns the numbers; null when the metrics are not public, undefined when there is no answer. */
async function readMetrics() {
  try {
    const response = await fetch("metrics", { cache: "no-store", signal: AbortSignal.timeout(ANSWER_MS) });
    const values = response.ok ? parseMetrics(await response.text()) : new Map();
    if (!values.has("perch_event_queue_depth")) return response.status < 500 ? null : undefined;
    return {
      queue: values.get("perch_event_queue_depth"),
      // Of several processes that work, one tells of what they share.
      outbox: values.get("perch_outbox_waiting") ?? null,
      dead: values.get("perch_dead_letters") ?? null,
      pushed: values.get("perch_tweet_pushed_seconds_count"),
      seconds: values.get("perch_tweet_pushed_seconds_sum"),
    };
  } catch {
    return undefined;
  }
}

/** Whether this look continues the earlier ones: a counter that went down means a restart. */
function goesOn(looks, seen) {
  return looks.length > 0 && seen && looks.at(-1).pushed <= seen.pushed;
}

function meterView({ label, what, text, last, all, none = ELSEWHERE }) {
  const number = element("span", { className: "number" });
  const sparkline = new Sparkline(LOOKS_KEPT);
  const row = element(
    "div",
    { className: "panel" },
    element("dt", {}, element("strong", {}, label), element("span", { className: "hint" }, what)),
    element("dd", {}, number, sparkline.element),
  );
  return {
    row,
    show(looks) {
      const value = last(looks);
      number.textContent = value === null ? none : text(value);
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
