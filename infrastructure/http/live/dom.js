// Helpers for the document.

import { isOutage } from "./api.js";

const TOAST_MS = 8_000;

export const byId = (id) => document.getElementById(id);

/** Makes an element. Strings become text, and are never parsed as markup. */
export function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

export const link = (href, properties = {}, ...children) => element("a", { href, ...properties }, ...children);

/** Returns a copy of a template's element. */
export const fromTemplate = (id) => byId(id).content.firstElementChild.cloneNode(true);

/** Makes the list hold these elements in this order, moves only what must move, and returns whether focus was lost. */
export function arrange(list, elements) {
  const wanted = new Set(elements);
  const hadFocus = list.contains(document.activeElement);
  for (const child of [...list.children]) if (!wanted.has(child)) child.remove();
  let place = list.firstElementChild;
  for (const each of elements) {
    if (each === place) place = place.nextElementSibling;
    else list.insertBefore(each, place);
  }
  return hadFocus && !list.contains(document.activeElement);
}

/** Tells screen readers. */
export function announce(text) {
  byId("announcements").textContent = text;
}

/** Shows an error beside its field and marks the field as invalid; an empty text removes both. */
export function showError(field, text) {
  byId(`${field.id}-error`).textContent = text;
  if (text) field.setAttribute("aria-invalid", "true");
  else field.removeAttribute("aria-invalid");
}

/** Shows what went wrong; null removes it. The end of an outage removes what it caused. */
export function showFault(place, error, advice = "") {
  place.textContent = error ? `${error.message} ${advice}`.trim() : "";
  place.toggleAttribute("data-outage", isOutage(error));
}

export function clearOutages() {
  for (const place of document.querySelectorAll("[data-outage]")) showFault(place, null);
}

let fading;

/** Shows for a while that something was not done. */
export function toast(error, what) {
  showFault(byId("toast"), error, what);
  clearTimeout(fading);
  fading = setTimeout(() => showFault(byId("toast"), null), TOAST_MS);
}
