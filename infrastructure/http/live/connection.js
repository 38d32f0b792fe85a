// Shows the state of the connection.

import { byId, clearOutages } from "./dom.js";

const STATES = {
  connecting: "Connecting…",
  live: "Live",
  retrying: "Reconnecting…",
  polling: "Polling",
  paused: "Paused",
};
const POLLING = "All live streams are in use. This page polls every few seconds until one is free.";

/** Shows the state; with a reason, also a notice and a button that retries at once. */
export function showConnection(state, why = "") {
  const pill = byId("connection");
  const isBack = pill.dataset.state === "retrying" && ["live", "polling"].includes(state);
  if (pill.dataset.state !== state || !pill.textContent) pill.textContent = STATES[state];
  pill.dataset.state = state;
  const notice = state === "polling" ? POLLING : why && `${why} This page keeps trying.`;
  byId("notice").hidden = !notice;
  if (notice) byId("notice-text").textContent = notice;
  if (isBack) clearOutages();
}
