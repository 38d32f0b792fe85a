-- KEYS: timelines. ARGV[3]: an id. ARGV[4], ARGV[5]: beyond so many entries, so many are kept.
-- Inserts the id once into each timeline that is present; returns how many took it.
local id, full, kept = ARGV[3], HEAD + 8 * tonumber(ARGV[4]), tonumber(ARGV[5])
local high, low = halves(id)

-- Drops the oldest entries.
local function cut(key)
  local rest = redis.call('GETRANGE', key, -8 * kept, -1)
  local head = redis.call('GETRANGE', key, 0, HEAD - 9)
  redis.call('SET', key, head .. string.sub(rest, 1, 8) .. rest, 'KEEPTTL')
end

-- Inserts an id that is not above the newest; returns the new length in bytes, nothing if the id is below the floor.
local function insert(key)
  if is_below(id, 1, halves(redis.call('GETRANGE', key, HEAD - 8, HEAD - 1))) then
    return nil
  end
  local at, count = position(key, high, low), count_of(key)
  if ids_of(key, at, math.min(at + 1, count)) == id then
    return HEAD + 8 * count
  end
  return redis.call('SETRANGE', key, HEAD + 8 * at, id .. ids_of(key, at, count))
end

local taken = 0
for _, key in ipairs(KEYS) do
  local newest = redis.call('GETRANGE', key, -8, -1)
  if newest ~= '' then
    local length = is_below(newest, 1, high, low) and redis.call('APPEND', key, id) or insert(key)
    if length then
      taken = taken + 1
      if length > full then
        cut(key)
      end
    end
  end
end
return taken
