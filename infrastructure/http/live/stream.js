// Reads one connection of the stream until it ends.

import { EventParser } from "./sse.js";

const SILENCE_MS = 30_000;
const LOOK_MS = 2_000;

/**
 * Reads the tweets after `since`, and calls `arrived` with each batch and the id of the last event, and `deleted` with
 * the ids of tweets that their authors deleted.
 *
 * Resolves when the stream ends, to the milliseconds to wait before a reconnect, or null when it named none. Rejects
 * when the stream cannot be opened, breaks, is aborted by `cut`, or is silent for too long.
 */
export async function readStream(api, since, cut, { opened, arrived, deleted }) {
  const watch = watchOver(cut);
  try {
    const headers = { Accept: "text/event-stream", "Last-Event-ID": since };
    const response = await api.open("v1/users/me/timeline/stream", headers, watch.signal);
    if (!response.headers.get("Content-Type")?.startsWith("text/event-stream")) throw new Error("This is no stream.");
    opened();
    const parser = new EventParser(since);
    for (const reader = response.body.getReader(); ; ) {
      const { done, value } = await reader.read();
      if (done) return parser.retry;
      watch.heard();
      const events = parser.push(value);
      const sent = (wanted) => events.filter(({ type }) => type === wanted).map(({ data }) => JSON.parse(data));
      arrived(sent("tweet"), parser.lastEventId);
      // The service sends a deletion after its tweet.
      deleted(sent("delete").map(({ id }) => id));
    }
  } finally {
    watch.end();
  }
}

/**
 * Makes a signal that is aborted by `cut`, and by silence.
 *
 * It compares times, because timers stop while a machine sleeps.
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
