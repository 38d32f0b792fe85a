-- Goes on only on the server that the caller expects: ARGV[1] is its run_id, ARGV[2] its master_replid.
local function has(section, line)
  return string.find(redis.call('INFO', section), line .. '\r', 1, true)
end

if not (has('server', 'run_id:' .. ARGV[1]) and has('replication', 'master_replid:' .. ARGV[2])) then
  return redis.error_reply('ANOTHERSERVER the timelines are on another server')
end
