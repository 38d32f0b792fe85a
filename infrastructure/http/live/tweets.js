// Lists of tweets, newest first. Ids are decimal strings, because a double would round 64-bit numbers.

export const isNewer = (id, other) => BigInt(id) > BigInt(other);

/** Returns the list with this tweet in its place, once. */
export function withTweet(tweets, tweet) {
  if (tweets.some(({ id }) => id === tweet.id)) return tweets;
  const place = tweets.findIndex(({ id }) => isNewer(tweet.id, id));
  return tweets.toSpliced(place < 0 ? tweets.length : place, 0, tweet);
}

/** Returns the list with an older page after it. */
export function withOlder(tweets, page) {
  return page.data.reduce(withTweet, tweets);
}

/** Returns the id up to which a first page is complete: all that is newer comes later. */
export function completeUpTo({ data, meta }) {
  return meta.since_id ?? data[0]?.id ?? "0";
}

/**
 * Returns the list after its first page was read again, whether it kept older tweets, and whether there is a gap.
 *
 * The page is complete from its oldest tweet up to `completeUpTo`; tweets that arrived above that stay. Older tweets
 * stay if `keepOlder` is set and the page reaches down to `knownUpTo`; otherwise there may be a gap.
 */
export function withFirstPage(tweets, page, { arrived, knownUpTo, keepOlder }) {
  const { data, meta } = page;
  const oldest = data.at(-1)?.id;
  const goesOn = keepOlder && meta.next_cursor !== null;
  const hasGap = goesOn && isNewer(oldest, knownUpTo);
  const above = tweets.filter(({ id }) => arrived.has(id) && isNewer(id, completeUpTo(page)));
  const older = goesOn && !hasGap ? tweets.filter(({ id }) => isNewer(oldest, id)) : [];
  return { tweets: [...above, ...data, ...older], kept: older.length > 0, hasGap };
}
