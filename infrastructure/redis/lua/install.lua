-- ARGV[3]: the head of a new timeline. ARGV[4]: the idle time in milliseconds, 0 for none.
-- Returns the head of the timeline, which is the new one if the timeline was absent.
local head = redis.call('GETRANGE', KEYS[1], 0, HEAD - 1)
if head ~= '' then
  return head
end
if ARGV[4] == '0' then
  redis.call('SET', KEYS[1], ARGV[3])
else
  redis.call('SET', KEYS[1], ARGV[3], 'PX', ARGV[4])
end
return ARGV[3]
