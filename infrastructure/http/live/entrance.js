// The form that asks for the user's name or token.

import { byId, showError } from "./dom.js";
import { bearing, named } from "./identity.js";

const BY_NAME = {
  label: "User name",
  hint: "Any name works. Open a second window with another name, and watch a tweet arrive there.",
  type: "text",
  identity: named,
};
const BY_TOKEN = {
  label: "Bearer token",
  hint: "The token stays in this page’s memory. It is never stored, and a reload removes it.",
  type: "password",
  identity: bearing,
};

/** Prepares the form. Calls `enter` with an identity. */
export function prepareEntrance(usesTokens, enter) {
  const { label, hint, type, identity } = usesTokens ? BY_TOKEN : BY_NAME;
  const field = byId("who");
  byId("who-label").textContent = label;
  byId("entrance-hint").textContent = hint;
  field.type = type;
  field.addEventListener("input", () => showError(field, ""));
  byId("entrance").addEventListener("submit", (event) => {
    event.preventDefault();
    try {
      enter(identity(field.value.trim()));
      field.value = "";
    } catch (error) {
      showError(field, error.message);
    }
  });
}

/** Shows the form, with the reason when the user did not choose to leave. */
export function showEntrance(why = "") {
  byId("entrance").hidden = false;
  byId("home").hidden = byId("you").hidden = byId("connection").hidden = true;
  document.title = "Perch";
  showError(byId("who"), why);
  byId("who").focus();
}
