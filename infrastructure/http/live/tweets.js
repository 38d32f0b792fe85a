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

/**
 * Returns the list after its first page was read again, and whether it kept older tweets.
 *
 * The page is complete from its oldest tweet up to its `since_id`; tweets that arrived above that stay. Older tweets
 * stay if `keepOlder` is set and the page reaches down to `knownUpTo`; otherwise there may be a gap.
 */
export function withFirstPage(tweets, page, { arrived, knownUpTo, keepOlder }) {
  const { data, meta } = page;
  const oldest = data.at(-1)?.id;
  const keep = keepOlder && meta.next_cursor !== null && !isNewer(oldest, knownUpTo);
  const above = tweets.filter(({ id }) => arrived.has(id) && isNewer(id, meta.since_id));
  const older = keep ? tweets.filter(({ id }) => isNewer(oldest, id)) : [];
  return { tweets: [...above, ...data, ...older], kept: older.length > 0 };
}
