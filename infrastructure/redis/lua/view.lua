-- ARGV[3]: an id. ARGV[4]: a limit. ARGV[5]: the idle time in milliseconds, 0 for none.
-- Returns the head and the newest ids below the id, at most so many; nothing if the timeline is absent.
local head = redis.call('GETRANGE', KEYS[1], 0, HEAD - 1)
if head == '' then
  return false
end
local idle = tonumber(ARGV[5])
-- Most reads write nothing.
if idle > 0 and redis.call('PTTL', KEYS[1]) < idle * 7 / 8 then
  redis.call('PEXPIRE', KEYS[1], idle)
end
local limit, to = tonumber(ARGV[4]), count_of(KEYS[1])
local ids = ids_of(KEYS[1], math.max(0, to - limit), to)
if ids ~= '' and not is_below(ids, #ids - 7, halves(ARGV[3])) then
  to = position(KEYS[1], halves(ARGV[3]))
  ids = ids_of(KEYS[1], math.max(0, to - limit), to)
end
return head .. ids
