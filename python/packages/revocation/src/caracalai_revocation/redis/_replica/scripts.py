"""What a replica does in Redis, in one step each. The texts are those of the TypeScript half."""

from .._commands.script import Script, script

CHECK_STREAM = script(
    """
local info = redis.call('INFO', 'server', 'memory')
local about = {}
if redis.call('EXISTS', KEYS[1]) == 1 then
  local flat = redis.call('XINFO', 'STREAM', KEYS[1])
  for index = 1, #flat, 2 do about[flat[index]] = flat[index + 1] end
end
local first = about['first-entry']
local firstAge = first and redis.call('TIME')[1] * 1000 - string.match(first[1], '^%d+')
return {
  string.match(info, 'run_id:(%x+)'),
  string.match(info, 'maxmemory:(%d+)'),
  string.match(info, 'maxmemory_policy:([%w-]+)'),
  redis.call('GET', KEYS[2]),
  about['last-generated-id'] or '0-0',
  about['entries-added'] or 0,
  about['length'] or 0,
  firstAge or false,
  #redis.call('XRANGE', KEYS[1], ARGV[1], ARGV[1]),
  redis.call('XRANGE', KEYS[1], '(' .. ARGV[1], '+', 'COUNT', ARGV[2])
}
""",
    reads=True,
)
"""Everything about a stream in one moment, and how it goes on behind ARGV[1]."""

SET_MARKER = script(
    """
if string.match(redis.call('INFO', 'server'), 'run_id:(%x+)') ~= ARGV[1] then return 0 end
if (redis.call('GET', KEYS[1]) or '') ~= ARGV[2] then return 0 end
redis.call('SET', KEYS[1], ARGV[3])
return 1
""",
    reads=False,
)
"""Sets a marker, on the server ARGV[1], where it is still what is known: ARGV[2], or none."""

SCAN_KEYS = Script(
    """#!lua flags=allow-oom,allow-cross-slot-keys
local info = redis.call('INFO', 'server')
local scan = redis.call('SCAN', ARGV[1], 'MATCH', ARGV[2], 'COUNT', ARGV[3])
local lifetimes, values = {}, {}
for index, key in ipairs(scan[2]) do
  lifetimes[index] = redis.call('PTTL', key)
  if string.sub(key, 1, #ARGV[4]) == ARGV[4] then
    local value = redis.pcall('GET', key)
    values[#values + 1] = index
    values[#values + 1] = type(value) == 'string' and value or ''
  end
end
return {
  string.match(info, 'run_id:(%x+)'), scan[1], scan[2], table.concat(lifetimes, ' '), values
}
"""
)
"""Goes on with a scan, and gives with the keys how long they live.

For those that begin with ARGV[4], it also gives what they hold. In a cluster, the keys of one node
are of many slots.
"""
