// Says how the page is connected.

import { byId } from "./dom.js";

const STATES = {
  connecting: "Connecting…",
  live: "Live",
  retrying: "Reconnecting…",
  polling: "Polling",
  paused: "Paused",
};
const POLLING = "All live streams are taken: this page asks every few seconds until one is free.";

/** With a reason there is a notice, too, and a button to try at once. */
export function showConnection(state, why = "") {
  const pill = byId("connection");
  if (pill.dataset.state !== state || !pill.textContent) pill.textContent = STATES[state];
  pill.dataset.state = state;
  const notice = state === "polling" ? POLLING : why && `${why} This page goes on trying by itself.`;
  byId("notice").hidden = !notice;
  if (notice) byId("notice-text").textContent = notice;
}
