-- Removes the timeline; returns 0 if it is absent.
return redis.call('UNLINK', KEYS[1])
