-- A timeline is one string: a head of HEAD bytes, then ids of eight bytes each, ascending. The head is one byte that is 1
-- once the timeline is merged, then token, mark and floor, of eight bytes each. So the last eight bytes of a timeline are
-- its newest id, or its floor. Ids are compared as two numbers of 32 bits, because a number of Lua has only 53.
local HEAD = 25

local function halves(text, at)
  return struct.unpack('>I4I4', text, at or 1)
end

-- Whether the eight bytes at `at` of the text are below the number with these halves.
local function is_below(text, at, high, low)
  local h, l = halves(text, at)
  return h < high or (h == high and l < low)
end

local function larger(one, other)
  return is_below(one, 1, halves(other)) and other or one
end

local function count_of(key)
  return (redis.call('STRLEN', key) - HEAD) / 8
end

-- The ids of the timeline from position `from` (0 is the oldest) up to, but not at, position `to`.
local function ids_of(key, from, to)
  return to > from and redis.call('GETRANGE', key, HEAD + 8 * from, HEAD + 8 * to - 1) or ''
end

-- The first position from `from` on for which `is_lower` is false; `to` if it is true for all before that.
local function search(is_lower, from, to)
  while from < to do
    local middle = math.floor((from + to) / 2)
    if is_lower(middle) then
      from = middle + 1
    else
      to = middle
    end
  end
  return from
end

-- The number of ids of the timeline that are below the number with these halves.
local function position(key, high, low)
  return search(function(at)
    return is_below(ids_of(key, at, at + 1), 1, high, low)
  end, 0, count_of(key))
end
