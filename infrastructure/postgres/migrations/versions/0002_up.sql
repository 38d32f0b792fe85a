-- Engines that forget, such as Redis: the epoch grows with every server that becomes primary; the identity of the last one.
CREATE TABLE epochs (
    name text PRIMARY KEY,
    epoch bigint NOT NULL,
    identity text NOT NULL
);
