// The form that asks for the user's name or token.

import { bearing, BY_TOKEN, named } from "./caller.js";
import { byId, showError } from "./dom.js";

const ASK_NAME = {
  label: "User name",
  hint: "Any name works, no sign-up. Take another name in a second window, and watch tweets cross over.",
  type: "text",
  identify: named,
};
const ASK_TOKEN = {
  label: "Bearer token",
  hint: "The token stays in this page’s memory. It is never stored, and a reload removes it.",
  type: "password",
  identify: bearing,
};

/** Prepares the form. Calls `enter` with the headers that identify the user, and the name if that is what was asked. */
export function prepareEntrance(by, enter) {
  const { label, hint, type, identify } = by === BY_TOKEN ? ASK_TOKEN : ASK_NAME;
  const field = byId("who");
  byId("who-label").textContent = label;
  byId("entrance-hint").textContent = hint;
  field.type = type;
  field.addEventListener("input", () => showError(field, ""));
  byId("entrance").addEventListener("submit", async (event) => {
    event.preventDefault();
    const typed = field.value.trim();
    try {
      await enter(identify(typed), by === BY_TOKEN ? "" : typed);
      field.value = "";
    } catch (error) {
      showError(field, error.message);
      field.focus();
    }
  });
}

/** Shows or hides the form, with the reason when the user did not choose to leave. */
export function showEntrance(isShown, why = "") {
  if (!isShown && byId("entrance").contains(document.activeElement)) byId("title").focus();
  byId("entrance").hidden = !isShown;
  showError(byId("who"), why);
}

export function askWho() {
  scrollTo(0, 0);
  byId("who").focus();
}
