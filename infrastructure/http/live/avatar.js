// Avatars: two letters and two colours, which differ for similar names.

const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/** Paints a badge for this user. */
export function paintAvatar(badge, name) {
  const hash = hashOf(name);
  const hue = hash % 360;
  badge.style.setProperty("--hue", hue);
  badge.style.setProperty("--hue-2", (hue + 50 + ((hash >>> 9) % 200)) % 360);
  badge.style.setProperty("--turn", `${((hash >>> 18) % 8) * 45}deg`);
  badge.textContent = initials(name);
}

/** Returns the first letter, and the one that begins the next word, number or capital; else the second letter. */
export function initials(name) {
  const next = /^.[a-z]*(?:[_.-]+([A-Za-z0-9])|([A-Z0-9]))/.exec(name);
  const second = next?.[1] ?? next?.[2] ?? name[1] ?? "";
  return name[0].toUpperCase() + second;
}

/** FNV-1a, and a last mix that spreads names which differ in their last letter. */
export function hashOf(name) {
  let hash = FNV_OFFSET;
  for (const letter of name) hash = Math.imul(hash ^ letter.codePointAt(0), FNV_PRIME);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
