// The user's identity: a name in the address, or a token in memory.

const USER_ID = /^[A-Za-z0-9_.-]{1,64}$/;
const RESERVED = [".", "..", "me"];

/** Returns what is wrong with a user name, or "". The service cannot: browsers do not send some names. */
export function faultOfName(name) {
  if (!name) return "Enter a user name.";
  if (RESERVED.includes(name) || !USER_ID.test(name)) {
    return "Use 1 to 64 of these characters: A-Z a-z 0-9 _ . - The names “.”, “..” and “me” are reserved.";
  }
  return "";
}

export function named(name) {
  const fault = faultOfName(name);
  if (fault) throw new Error(fault);
  return { name, headers: { "X-User-Id": name } };
}

/** Returns the identity that a token names. Only the service can verify the token. */
export function bearing(token) {
  if (!token) throw new Error("Enter a token.");
  const name = subject(token);
  if (faultOfName(name)) throw new Error("This token does not name a user.");
  return { name, headers: { Authorization: `Bearer ${token}` } };
}

function subject(token) {
  try {
    const [, payload] = token.split(".");
    const binary = atob(payload.replaceAll("-", "+").replaceAll("_", "/"));
    const bytes = Uint8Array.from(binary, (letter) => letter.charCodeAt(0));
    return String(JSON.parse(new TextDecoder().decode(bytes)).sub);
  } catch {
    return "";
  }
}
