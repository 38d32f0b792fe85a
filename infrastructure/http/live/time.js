// Formats times for people.

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const RENEW_MS = 15_000;
const JUST_NOW_MS = 45_000;

const dayMonth = new Intl.DateTimeFormat("en", { day: "numeric", month: "short" });
const dayMonthYear = new Intl.DateTimeFormat("en", { day: "numeric", month: "short", year: "numeric" });
const whole = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "medium" });

export function relative(then, now) {
  const ago = now - then;
  if (ago < JUST_NOW_MS) return "now";
  if (ago < HOUR) return `${Math.max(1, Math.round(ago / MINUTE))} min`;
  if (ago < DAY) return `${Math.round(ago / HOUR)} h`;
  return (then.getFullYear() === now.getFullYear() ? dayMonth : dayMonthYear).format(then);
}

/** Makes an element that shows a relative time, and the exact time as its tooltip. */
export function timeElement(text) {
  const then = new Date(text);
  const made = document.createElement("time");
  made.dateTime = text;
  made.className = "relative";
  made.title = whole.format(then);
  made.textContent = relative(then, new Date());
  return made;
}

/** Makes an element that shows the exact time. */
export function exactTimeElement(text) {
  const made = document.createElement("time");
  made.dateTime = text;
  made.textContent = whole.format(new Date(text));
  return made;
}

/** Updates all relative times again and again. */
export function keepTimesUpToDate() {
  setInterval(() => {
    const now = new Date();
    for (const each of document.querySelectorAll("time.relative")) {
      each.textContent = relative(new Date(each.dateTime), now);
    }
  }, RENEW_MS);
}
