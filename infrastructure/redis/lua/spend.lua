-- KEYS[1]: the number of writes in a window. KEYS[2], if there is one: stands for the write under an idempotency key.
-- ARGV: the limit; the length of a window, and for how long KEYS[2] stands for its write, both in milliseconds.
-- Returns 1 if the write is allowed, the number of writes, and the milliseconds until the window ends.
local spent = tonumber(redis.call('GET', KEYS[1]) or 0)
local allowed = KEYS[2] and redis.call('EXISTS', KEYS[2]) or 0
if allowed == 0 and spent < tonumber(ARGV[1]) then
  allowed = 1
  spent = redis.call('INCR', KEYS[1])
  if spent == 1 then
    redis.call('PEXPIRE', KEYS[1], ARGV[2])
  end
end
if allowed == 1 and KEYS[2] then
  redis.call('SET', KEYS[2], '', 'PX', math.max(1, math.min(tonumber(ARGV[3]), redis.call('PTTL', KEYS[1]))))
end
return {allowed, spent, redis.call('PTTL', KEYS[1])}
