-- ARGV[3]: the head of the timeline to be: 1 if it is merged then, its token, mark and floor. ARGV[4]: ids, ascending.
-- ARGV[5], ARGV[6]: beyond so many entries, so many are kept. Adds the ids to the timeline with this token.
local head, ids = ARGV[3], ARGV[4]
local value = redis.call('GET', KEYS[1])
if not value or string.sub(value, 2, 9) ~= string.sub(head, 2, 9) then
  return 0
end
local entries = string.sub(value, HEAD + 1)
local count = #entries / 8

-- The number of entries below the number with these halves; so many as `from` are known to be.
local function find(from, high, low)
  local function is_lower(position)
    return is_below(entries, 8 * position + 1, high, low)
  end
  local to, step = from, 1
  while to < count and is_lower(to) do
    from, to, step = to + 1, to + step, 2 * step
  end
  return search(is_lower, from, math.min(to, count))
end

local parts, taken, at = {}, 0, 1
while at <= #ids and taken < count do
  local to = find(taken, halves(ids, at))
  parts[#parts + 1] = string.sub(entries, 8 * taken + 1, 8 * to)
  local id = string.sub(ids, at, at + 7)
  -- After the last entry, all other ids follow at once.
  if to < count then
    if string.sub(entries, 8 * to + 1, 8 * to + 8) ~= id then
      parts[#parts + 1] = id
    end
    at = at + 8
  end
  taken = to
end
parts[#parts + 1] = string.sub(entries, 8 * taken + 1)
parts[#parts + 1] = string.sub(ids, at)
entries = table.concat(parts)
count = #entries / 8

local mark = larger(string.sub(value, 10, 17), string.sub(head, 10, 17))
local floor = larger(string.sub(value, 18, 25), string.sub(head, 18, 25))
local from = find(0, halves(floor))
if count - from > tonumber(ARGV[5]) then
  from = count - tonumber(ARGV[6])
  floor = string.sub(entries, 8 * from + 1, 8 * from + 8)
end
local is_merged = math.max(string.byte(value), string.byte(head))
value = string.char(is_merged) .. string.sub(value, 2, 9) .. mark .. floor .. string.sub(entries, 8 * from + 1)
redis.call('SET', KEYS[1], value, 'KEEPTTL')
return 1
