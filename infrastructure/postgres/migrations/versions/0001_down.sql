DROP FUNCTION unfollow, follow, delete_tweet, publish, lock_user, frontier, take_tweet_id, next_tweet_id, clock_ms;
DROP TABLE
    users, tweets, unpushed, follows, idempotency_keys, deletions, readers, timeline_entries, leases, kept_values;
DROP SEQUENCE last_tweet_id, generations, follow_ids;
