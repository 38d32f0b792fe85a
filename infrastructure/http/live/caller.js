// Finds out who the caller is: a gateway says so, or a name that this window remembers, or a token in memory.

import { faultOfName, isUserId } from "./user_id.js";

const ANSWER_MS = 15_000;
const NAME_KEY = "perch.name";

export const BY_GATEWAY = "gateway";
export const BY_NAME = "name";
export const BY_TOKEN = "token";

/** Returns how callers identify themselves here, and the headers to do it; null while they must be asked. */
export async function recognise() {
  const name = rememberedName();
  const headers = name ? named(name) : {};
  const response = await fetch("v1/users/me", { headers, cache: "no-store", signal: AbortSignal.timeout(ANSWER_MS) });
  if (response.ok) {
    const { id } = await response.json();
    return id === name ? { by: BY_NAME, headers } : { by: BY_GATEWAY, headers: {} };
  }
  if (response.status !== 401) throw new Error(`Perch answered with status ${response.status}.`);
  const usesTokens = /\bBearer\b/i.test(response.headers.get("WWW-Authenticate") ?? "");
  return { by: usesTokens ? BY_TOKEN : BY_NAME, headers: null };
}

/** Returns the headers of a user by name. */
export function named(name) {
  const fault = faultOfName(name);
  if (fault) throw new Error(fault);
  return { "X-User-Id": name };
}

/** Returns the headers of a token's user. Only the service can verify the token. */
export function bearing(token) {
  if (!token) throw new Error("Enter a token.");
  return { Authorization: `Bearer ${token}` };
}

/** Remembers the name for reloads of this window; two windows may be two users. Tokens are never stored. */
export function rememberName(name) {
  try {
    if (name) sessionStorage.setItem(NAME_KEY, name);
    else sessionStorage.removeItem(NAME_KEY);
  } catch {
    // A browser that stores nothing asks again after a reload.
  }
}

function rememberedName() {
  try {
    const name = sessionStorage.getItem(NAME_KEY);
    return isUserId(name ?? "") ? name : "";
  } catch {
    return "";
  }
}
