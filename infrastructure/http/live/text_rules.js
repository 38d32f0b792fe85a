// The service's rules for a tweet's text, so that Publish is disabled for what would be refused.

const WHITE = String.raw`[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+`;
const ENDS = new RegExp(`^${WHITE}|${WHITE}$`, "g");
const SHOWS_NOTHING = /^[\s\p{Cc}\p{Default_Ignorable_Code_Point}\u2800\u{13441}\u{13442}\u{16fe4}\u{1d159}]*$/u;
const UNSTORABLE = /[\0\p{Surrogate}]/u;

/** Returns the number of code points as the service counts them. */
export function lengthOf(text) {
  return [...text.replace(ENDS, "").normalize("NFC").replace(ENDS, "")].length;
}

/** Whether the service would publish this text. */
export function isPublishable(text, limit) {
  return !SHOWS_NOTHING.test(text.normalize("NFC")) && !UNSTORABLE.test(text) && lengthOf(text) <= limit;
}
