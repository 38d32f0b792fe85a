// Closes the stream of a window that nobody looks at, and opens it when somebody does.

const HIDDEN_MS = 60_000;

/** Browsers open few connections to one host, so a window that stays hidden gives up its own. */
export function restWhileAway(live, closed) {
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
  addEventListener("online", () => live.isRunning && live.restart(), until);
  addEventListener("pageshow", comeBack, until);
  addEventListener("pagehide", () => live.stop(), until);
  closed.addEventListener("abort", () => clearTimeout(resting));
}
