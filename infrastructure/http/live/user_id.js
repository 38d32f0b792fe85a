// User names.

const USER_ID = /^[A-Za-z0-9_.-]{1,64}$/;
const RESERVED = [".", "..", "me"];

export const isUserId = (name) => USER_ID.test(name) && !RESERVED.includes(name);

/** Returns what is wrong with a user name, or "". The service cannot: browsers do not send some names. */
export function faultOfName(name) {
  if (!name) return "Enter a user name.";
  if (isUserId(name)) return "";
  return "Use 1 to 64 of these characters: A-Z a-z 0-9 _ . - The names “.”, “..” and “me” are reserved.";
}
