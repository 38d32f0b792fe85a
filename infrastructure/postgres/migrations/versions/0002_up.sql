-- Engines that forget, such as Redis: how many servers were primary so far, and the identity of the last one.
CREATE TABLE epochs (
    name text PRIMARY KEY,
    epoch bigint NOT NULL,
    identity text NOT NULL
);
