// The few things that this page needs of the document.

export const byId = (id) => document.getElementById(id);

/** Makes an element. Texts stay texts: nothing here is ever parsed as markup. */
export function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

/** Makes the list hold these elements in this order, and leaves alone those that are in place. */
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

/** Puts the initial of a name on a round badge in a colour of its own. */
export function paintAvatar(badge, name) {
  const hue = [...name].reduce((sum, letter) => (sum * 31 + letter.codePointAt(0)) % 360, 7);
  badge.style.setProperty("--hue", hue);
  badge.textContent = name[0].toUpperCase();
}

export function announce(text) {
  byId("announcements").textContent = text;
}

/** Shows an error beside its field, or takes it away; it is the field that is said to be wrong. */
export function showError(field, text) {
  byId(`${field.id}-error`).textContent = text;
  if (text) field.setAttribute("aria-invalid", "true");
  else field.removeAttribute("aria-invalid");
}
