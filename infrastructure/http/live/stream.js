// One connection of the stream, from its opening to its end.

import { EventParser } from "./sse.js";

const SILENCE_MS = 30_000;
const LOOK_MS = 2_000;

/**
 * Reads the stream after the tweet `since`, and hands over each batch of tweets with the id to go on after.
 *
 * Resolves when it ends, to the milliseconds that it asked to stay away, or null when it did not. Rejects when it
 * cannot be opened, breaks, is cut, or is silent for so long that it must be dead.
 */
export async function readStream(api, since, cut, { opened, arrived }) {
  const watch = watchOver(cut);
  try {
    const headers = { Accept: "text/event-stream", "Last-Event-ID": since };
    const response = await api.open(`${api.own}/timeline/stream`, headers, watch.signal);
    if (!response.headers.get("Content-Type")?.startsWith("text/event-stream")) throw new Error("There is no stream.");
    opened();
    const parser = new EventParser(since);
    for (const reader = response.body.getReader(); ; ) {
      const { done, value } = await reader.read();
      if (done) return parser.retry;
      watch.heard();
      const tweets = parser.push(value).filter(({ type }) => type === "tweet");
      arrived(tweets.map(({ data }) => JSON.parse(data)), parser.lastEventId);
    }
  } finally {
    watch.end();
  }
}

/**
 * A signal that is aborted by `cut`, and by silence.
 *
 * It looks at the clock, because timers stop while a machine sleeps.
 */
function watchOver(cut) {
  const silence = new AbortController();
  const signal = AbortSignal.any([cut, silence.signal]);
  let heardAt = Date.now();
  const look = () => Date.now() - heardAt > SILENCE_MS && silence.abort(new Error("The stream is silent."));
  const looking = setInterval(look, LOOK_MS);
  document.addEventListener("visibilitychange", look);
  return {
    signal,
    heard: () => (heardAt = Date.now()),
    end() {
      clearInterval(looking);
      document.removeEventListener("visibilitychange", look);
    },
  };
}
