"""From a published tweet to its followers' timelines: queue, worker, retries, dead letters."""
