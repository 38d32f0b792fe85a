-- KEYS[1]: a window, as a hash. Its field '' is the number of writes, each other one the idempotency key of one of them.
-- ARGV[1]: the limit. ARGV[2]: the length of a window in milliseconds. ARGV[3]: the key of the write; '' for none.
-- Returns 1 if the write is allowed, the number of writes, and the milliseconds until the window ends.
local spent = tonumber(redis.call('HGET', KEYS[1], '') or 0)
local allowed = ARGV[3] ~= '' and redis.call('HEXISTS', KEYS[1], ARGV[3]) or 0
if allowed == 0 and spent < tonumber(ARGV[1]) then
  allowed = 1
  spent = redis.call('HINCRBY', KEYS[1], '', 1)
  if ARGV[3] ~= '' then
    redis.call('HSET', KEYS[1], ARGV[3], 1)
  end
  if spent == 1 then
    redis.call('PEXPIRE', KEYS[1], ARGV[2])
  end
end
return {allowed, spent, redis.call('PTTL', KEYS[1])}
