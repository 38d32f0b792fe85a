// Lists of tweets, newest first. Ids are 64-bit numbers as texts, which a double would round.

export const isNewer = (id, other) => BigInt(id) > BigInt(other);

/** The list with this tweet in its place, once. */
export function withTweet(tweets, tweet) {
  if (tweets.some(({ id }) => id === tweet.id)) return tweets;
  const place = tweets.findIndex(({ id }) => isNewer(tweet.id, id));
  return tweets.toSpliced(place < 0 ? tweets.length : place, 0, tweet);
}

/** The list with an older page after it. */
export function withOlder(tweets, page) {
  return page.data.reduce(withTweet, tweets);
}

/**
 * The list after its first page was read again, and whether the older tweets were kept.
 *
 * The page is all there is from its oldest tweet up to its `since_id`; what arrived above that stays. Older tweets stay
 * if they are wanted and the page reaches down to what was known (`knownUpTo`); otherwise there may be a gap.
 */
export function withFirstPage(tweets, page, { arrived, knownUpTo, keepOlder }) {
  const { data, meta } = page;
  const oldest = data.at(-1)?.id;
  const keep = keepOlder && meta.next_cursor !== null && !isNewer(oldest, knownUpTo);
  const above = tweets.filter(({ id }) => arrived.has(id) && isNewer(id, meta.since_id));
  const older = keep ? tweets.filter(({ id }) => isNewer(oldest, id)) : [];
  return { tweets: [...above, ...data, ...older], kept: older.length > 0 };
}
