-- Times are Unix milliseconds of this server's clock. User ids are compared byte by byte.

CREATE TABLE users (
    id text COLLATE "C" PRIMARY KEY,
    tweets_count bigint NOT NULL DEFAULT 0,
    followers_count bigint NOT NULL DEFAULT 0,
    following_count bigint NOT NULL DEFAULT 0,
    follows_version bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 80);

CREATE TABLE tweets (
    id bigint PRIMARY KEY,
    author_id text COLLATE "C" NOT NULL,
    body text NOT NULL
);
CREATE UNIQUE INDEX author_logs ON tweets (author_id, id);

-- Outbox rows wait (due_at_ms) or are dead letters (failed_at_ms). A pulled tweet has neither.
CREATE TABLE unpushed (
    tweet_id bigint PRIMARY KEY,
    author_id text COLLATE "C" NOT NULL,
    due_at_ms bigint,
    failed_at_ms bigint,
    after_follow_id bigint NOT NULL DEFAULT 0,
    attempts integer NOT NULL DEFAULT 0,
    error text NOT NULL DEFAULT '',
    CHECK (due_at_ms IS NULL OR failed_at_ms IS NULL)
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_cost_delay = 0);
CREATE UNIQUE INDEX unpushed_by_author ON unpushed (author_id, tweet_id);
CREATE INDEX unpushed_due ON unpushed (due_at_ms, tweet_id) WHERE due_at_ms IS NOT NULL;
CREATE INDEX unpushed_waiting ON unpushed (tweet_id) WHERE due_at_ms IS NOT NULL;
CREATE INDEX unpushed_dead ON unpushed (tweet_id) WHERE failed_at_ms IS NOT NULL;

CREATE TABLE follows (
    follower_id text COLLATE "C" NOT NULL,
    followee_id text COLLATE "C" NOT NULL,
    follow_id bigint NOT NULL,
    PRIMARY KEY (follower_id, followee_id)
);
CREATE UNIQUE INDEX follows_by_follower ON follows (follower_id, follow_id) INCLUDE (followee_id);
CREATE UNIQUE INDEX follows_by_followee ON follows (followee_id, follow_id) INCLUDE (follower_id);
CREATE SEQUENCE follow_ids;

-- The body stands here again, because the answer to a repeat is the same after the tweet was deleted.
CREATE TABLE idempotency_keys (
    user_id text COLLATE "C" NOT NULL,
    key text COLLATE "C" NOT NULL,
    digest text NOT NULL,
    tweet_id bigint NOT NULL,
    body text NOT NULL,
    expires_at_ms bigint NOT NULL,
    PRIMARY KEY (user_id, key)
);
CREATE INDEX idempotency_keys_by_expiry ON idempotency_keys (expires_at_ms);

-- For the open streams of all processes; rows go after a while.
CREATE TABLE deletions (
    tweet_id bigint PRIMARY KEY,
    author_id text COLLATE "C" NOT NULL,
    deleted_at_ms bigint NOT NULL
);
CREATE INDEX deletions_by_time ON deletions (deleted_at_ms);

-- Who has a prepared timeline. Its head is the floor and the mark, once it is merged.
CREATE TABLE readers (
    user_id text COLLATE "C" PRIMARY KEY,
    generation bigint NOT NULL,
    read_at_ms bigint NOT NULL,
    is_merged boolean NOT NULL DEFAULT false,
    floor bigint NOT NULL DEFAULT 0,
    mark bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 80);
CREATE INDEX readers_by_time ON readers (read_at_ms);
CREATE SEQUENCE generations;

CREATE TABLE timeline_entries (
    user_id text COLLATE "C" NOT NULL,
    generation bigint NOT NULL,
    tweet_id bigint NOT NULL,
    PRIMARY KEY (user_id, generation, tweet_id)
) WITH (autovacuum_vacuum_insert_scale_factor = 0.1);

CREATE TABLE leases (
    name text PRIMARY KEY,
    holder text NOT NULL,
    ends_at_ms bigint NOT NULL
);

CREATE TABLE kept_values (
    name text PRIMARY KEY,
    value text NOT NULL
);

CREATE SEQUENCE last_tweet_id MINVALUE 0 START 0;

CREATE FUNCTION clock_ms() RETURNS bigint LANGUAGE sql VOLATILE AS $$
    SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint
$$;

-- The id after `last`, as `domain.tweet_id.next_tweet_id` has it for node 0.
CREATE FUNCTION next_tweet_id(last bigint, now_ms bigint) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE
        WHEN greatest(now_ms - 1288834974657, 0) << 22 > last THEN greatest(now_ms - 1288834974657, 0) << 22
        WHEN last & 4095 < 4095 THEN last + 1
        ELSE ((last >> 22) + 1) << 22
    END
$$;

-- Takes the next id. Before that, a shared lock on the number after the last id tells `frontier` that an id from there on
-- is under way, until the transaction is visible or gone. The lock of two numbers, of which there is one, orders those
-- who take ids. It must not last until the commit, so the block around it ends by an error, which releases it but keeps
-- the sequence and the variable. Every other end of the block releases it, too: no time-out or cancel leaves it behind.
CREATE FUNCTION take_tweet_id() RETURNS bigint LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    taken bigint;
    now_ms bigint;
BEGIN
    PERFORM pg_advisory_xact_lock_shared(last_value + 1) FROM last_tweet_id;
    BEGIN
        PERFORM pg_advisory_xact_lock(1, 1);
        -- A variable, so that the next line is planned once in a session: an argument that is volatile is not inlined.
        now_ms := clock_ms();
        SELECT next_tweet_id(last_value, now_ms) INTO taken FROM last_tweet_id;
        PERFORM setval('last_tweet_id', taken);
        RAISE SQLSTATE 'TAKEN';
    EXCEPTION WHEN SQLSTATE 'TAKEN' THEN
        RETURN taken;
    END;
END $$;

-- No tweet with an id up to this one can still appear to a statement that starts after this one.
CREATE FUNCTION frontier() RETURNS bigint LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    last bigint;
    smallest_held bigint;
BEGIN
    SELECT last_value INTO last FROM last_tweet_id;
    SELECT min(classid::bigint << 32 | objid::bigint) INTO smallest_held FROM pg_locks
    WHERE locktype = 'advisory' AND objsubid = 1 AND database = (
        SELECT oid FROM pg_database WHERE datname = current_database()
    );
    RETURN least(last, smallest_held - 1);
END $$;

-- Locks the user's row until the end of the transaction, and makes it if there is none.
CREATE FUNCTION lock_user(user_id text) RETURNS void LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    PERFORM FROM users WHERE id = user_id FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        INSERT INTO users (id) VALUES (user_id) ON CONFLICT DO NOTHING;
        PERFORM FROM users WHERE id = user_id FOR NO KEY UPDATE;
    END IF;
END $$;

-- Writes the tweet, or returns what the author published under the key. `keeps_unpushed` is false where nothing is pushed.
-- The id is taken last, because the frontier waits for the commit. The author's row lock makes a repeat wait for the
-- first request with its key.
CREATE FUNCTION publish(
    author text, new_body text, pull_from bigint, due_in_ms bigint, keeps_unpushed boolean, new_key text, new_digest text,
    OUT tweet_id bigint, OUT body text, OUT digest text, OUT replayed boolean, OUT pulled boolean
) LANGUAGE plpgsql VOLATILE AS $$
#variable_conflict use_column
BEGIN
    PERFORM lock_user(author);
    -- Without a key there would be a new plan in every call, because nothing equals NULL.
    IF new_key IS NOT NULL THEN
        SELECT k.tweet_id, k.body, k.digest, true, false INTO tweet_id, body, digest, replayed, pulled
        FROM idempotency_keys k WHERE k.user_id = author AND k.key = new_key AND k.expires_at_ms > clock_ms();
        IF FOUND THEN
            RETURN;
        END IF;
    END IF;
    UPDATE users SET tweets_count = tweets_count + 1 WHERE id = author RETURNING followers_count >= pull_from INTO pulled;
    tweet_id := take_tweet_id();
    INSERT INTO tweets VALUES (publish.tweet_id, author, new_body);
    IF keeps_unpushed THEN
        INSERT INTO unpushed (tweet_id, author_id, due_at_ms)
        VALUES (publish.tweet_id, author, CASE WHEN NOT pulled THEN clock_ms() + due_in_ms END);
    END IF;
    IF new_key IS NOT NULL THEN
        INSERT INTO idempotency_keys
        VALUES (author, new_key, new_digest, publish.tweet_id, new_body, clock_ms() + 24 * 3600 * 1000)
        ON CONFLICT (user_id, key) DO UPDATE SET (digest, tweet_id, body, expires_at_ms) =
            (excluded.digest, excluded.tweet_id, excluded.body, excluded.expires_at_ms);
    END IF;
    body := new_body;
    digest := '';
    replayed := false;
END $$;

-- Removes the tweet everywhere; false if it is not there.
CREATE FUNCTION delete_tweet(doomed bigint) RETURNS boolean LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    author text;
BEGIN
    SELECT author_id INTO author FROM tweets WHERE id = doomed;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    PERFORM lock_user(author);
    DELETE FROM tweets WHERE id = doomed;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    DELETE FROM unpushed WHERE tweet_id = doomed;
    UPDATE users SET tweets_count = tweets_count - 1 WHERE id = author;
    INSERT INTO deletions VALUES (doomed, author, clock_ms());
    RETURN true;
END $$;

-- Adds the follow; false if it is there. The follower's row is locked before the follow id is taken, so that the follows
-- of one follower become visible in the order of their ids. Both rows are locked in the order of their ids, so that two
-- who follow each other do not wait for each other.
CREATE FUNCTION follow(follower text, followee text) RETURNS boolean LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    PERFORM FROM follows WHERE follower_id = follower AND followee_id = followee;
    IF FOUND THEN
        RETURN false;
    END IF;
    PERFORM lock_user(least(follower COLLATE "C", followee COLLATE "C"));
    PERFORM lock_user(greatest(follower COLLATE "C", followee COLLATE "C"));
    INSERT INTO follows VALUES (follower, followee, nextval('follow_ids')) ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    UPDATE users SET following_count = following_count + 1, follows_version = follows_version + 1 WHERE id = follower;
    UPDATE users SET followers_count = followers_count + 1 WHERE id = followee;
    RETURN true;
END $$;

-- Removes the follow; false if there is none.
CREATE FUNCTION unfollow(follower text, followee text) RETURNS boolean LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    PERFORM FROM follows WHERE follower_id = follower AND followee_id = followee;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    PERFORM lock_user(least(follower COLLATE "C", followee COLLATE "C"));
    PERFORM lock_user(greatest(follower COLLATE "C", followee COLLATE "C"));
    DELETE FROM follows WHERE follower_id = follower AND followee_id = followee;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    UPDATE users SET following_count = following_count - 1, follows_version = follows_version + 1 WHERE id = follower;
    UPDATE users SET followers_count = followers_count - 1 WHERE id = followee;
    RETURN true;
END $$;
