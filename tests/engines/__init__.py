"""Real engines for tests: they are started from packages, stopped, killed, paused, and cut off by a proxy."""
