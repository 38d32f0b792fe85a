// Helpers for the document.

export const byId = (id) => document.getElementById(id);

/** Makes an element. Strings become text, and are never parsed as markup. */
export function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

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

/** Shows the initial of a name on a badge, in a colour that depends on the name. */
export function paintAvatar(badge, name) {
  const hue = [...name].reduce((sum, letter) => (sum * 31 + letter.codePointAt(0)) % 360, 7);
  badge.style.setProperty("--hue", hue);
  badge.textContent = name[0].toUpperCase();
}

export function announce(text) {
  byId("announcements").textContent = text;
}

/** Shows an error beside its field and marks the field as invalid; an empty text removes both. */
export function showError(field, text) {
  byId(`${field.id}-error`).textContent = text;
  if (text) field.setAttribute("aria-invalid", "true");
  else field.removeAttribute("aria-invalid");
}
