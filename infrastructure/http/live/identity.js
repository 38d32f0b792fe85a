// Who the user is: a name in the address, or a token in memory.

const USER_ID = /^[A-Za-z0-9_.-]{1,64}$/;
const RESERVED = [".", "..", "me"];

/** What is wrong with a user name, as the service would say; a browser cannot even send some of them. */
export function faultOfName(name) {
  if (!name) return "A user name is needed.";
  if (RESERVED.includes(name) || !USER_ID.test(name)) {
    return "A user name is 1 to 64 of A-Z a-z 0-9 _ . - and not “.”, “..” or “me”.";
  }
  return "";
}

export function named(name) {
  const fault = faultOfName(name);
  if (fault) throw new Error(fault);
  return { name, headers: { "X-User-Id": name } };
}

/** The user that a token names. Only the service can tell whether the token is any good. */
export function bearing(token) {
  if (!token) throw new Error("A token is needed.");
  const name = subject(token);
  if (faultOfName(name)) throw new Error("This is not a token that names a user.");
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
