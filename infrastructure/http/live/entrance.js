// Asks who the user is.

import { byId, showError } from "./dom.js";
import { bearing, named } from "./identity.js";

const BY_NAME = {
  label: "User name",
  hint: "Any name will do. Open a second window beside this one, be somebody else there, and watch a tweet cross over.",
  type: "text",
  identity: named,
};
const BY_TOKEN = {
  label: "Bearer token",
  hint: "The token stays in this page’s memory: not in the address, not on disk, and gone with a reload.",
  type: "password",
  identity: bearing,
};

/** Prepares the form; `enter` gets an identity. */
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

/** Shows the form, and why, when the user did not choose to come here. */
export function showEntrance(why = "") {
  byId("entrance").hidden = false;
  byId("home").hidden = byId("you").hidden = byId("connection").hidden = true;
  document.title = "Perch";
  showError(byId("who"), why);
  byId("who").focus();
}
