"""What a replica does in Redis, in one step each. The texts are those of the TypeScript half."""

# ruff: noqa: E501 - lines of Lua

from .._commands.script import Script, script
from .._streams.stream_functions import HIGHEST_ID, MAX_ENTRY_BYTES, STREAM_FUNCTIONS

READ_COUNT = 100
"""How many entries are read at a time: each may be large."""

MARKER_FUNCTIONS = """
local function nameOf(marker)
  if #marker <= 64 and string.match(marker, '^[%w-]+$') then return marker end
  return 'sha1 ' .. redis.sha1hex(marker)
end
"""
"""By what a marker is known: others may have set it, to anything.

What is not like one of ours may be no text at all, and as long as it likes.
"""

CHECK_STREAM = script(
    STREAM_FUNCTIONS
    + "\n"
    + MARKER_FUNCTIONS
    + """
local info = redis.call('INFO', 'server', 'memory', 'stats')
local runId = string.match(info, 'run_id:(%x+)')
local group = findGroup(KEYS[1], ARGV[5])
local length = redis.call('XLEN', KEYS[1])
local about = { ['last-generated-id'] = '0-0', ['entries-added'] = 0, ['length'] = 0 }
local isSame = group and isAtEnd(group) and group['pending'] == 0 and runId == ARGV[4]
  and group['last-delivered-id'] == ARGV[1] and group['entries-read'] == tonumber(ARGV[2])
  and group['entries-read'] - length == tonumber(ARGV[3])
if isSame then
  about = { ['last-generated-id'] = ARGV[1], ['entries-added'] = group['entries-read'], ['length'] = length }
elseif redis.call('EXISTS', KEYS[1]) == 1 then
  about = aboutStream(KEYS[1])
end

local first = about['first-id']
local firstAge = first
  and math.max(0, redis.call('TIME')[1] * 1000 - tonumber((string.match(first, '^%d+'))))
local gap = false
if not isSame then
  local missed = countMissed(about, group)
  local oldest = group and group['pending'] > 0 and redis.call('XPENDING', KEYS[1], ARGV[5])[2]
  if missed > 0 then
    gap = 'unread ' .. (about['entries-added'] - about['length'])
  elseif oldest and (not first or compare(oldest, first) < 0) then
    gap = 'held ' .. oldest
  end
end

local found = {}
if not isSame then
  if ARGV[1] ~= '"""
    + HIGHEST_ID
    + """' then
    found = redis.call('XRANGE', KEYS[1], '(' .. ARGV[1], '+', 'COUNT', """
    + str(READ_COUNT)
    + """)
  end
  for _, entry in ipairs(found) do
    local size = 0
    for _, part in ipairs(entry[2]) do size = size + #part end
    if size > """
    + str(MAX_ENTRY_BYTES)
    + """ then entry[2] = {} end
  end
end
local marker = redis.call('GET', KEYS[2])
return {
  runId,
  string.match(info, 'maxmemory:(%d+)'),
  string.match(info, 'maxmemory_policy:([%w-]+)'),
  string.match(info, 'evicted_keys:(%d+)'),
  marker and nameOf(marker),
  redis.call('GET', KEYS[3]),
  redis.call('GET', KEYS[4]),
  gap,
  about['last-generated-id'],
  about['entries-added'],
  about['length'],
  firstAge or false,
  found
}
""",
    reads=True,
)
"""Everything about a stream in one moment, and how it goes on behind ARGV[1].

ARGV[2] is how many entries had been added by then, ARGV[3] how many of them removed, ARGV[4] the
server's run id.

Where the group ARGV[5] was given exactly what this replica has read, and the same number of entries is
there, nothing has happened since. Else it tells what is in no key: KEYS[3] is the consumers' note about
events that they have lost, KEYS[4] the note that a replica has made good for; and there may be entries
that were removed before the group was given them, or before what it was given was acknowledged.
"""

SET_MARKER = script(
    MARKER_FUNCTIONS
    + """
if string.match(redis.call('INFO', 'server'), 'run_id:(%x+)') ~= ARGV[1] then return 0 end
local known = redis.call('GET', KEYS[1])
if (known and nameOf(known) or '') ~= ARGV[2] then return 0 end
redis.call('SET', KEYS[1], ARGV[3])
return 1
""",
    reads=False,
)
"""Sets a marker, on the server ARGV[1], where it is still what is known: ARGV[2], or none."""

MAKE_GOOD = script(
    """
if string.match(redis.call('INFO', 'server'), 'run_id:(%x+)') ~= ARGV[1] then return 0 end
if redis.call('GET', KEYS[1]) ~= ARGV[2] then return 0 end
if ARGV[3] == '1' then return redis.call('DEL', KEYS[1]) end
redis.call('SET', KEYS[2], ARGV[2])
return 1
""",
    reads=False,
)
"""On the server ARGV[1], where the consumers' note KEYS[1] is still ARGV[2].

Takes it back where ARGV[3] is "1"; else tells other replicas, in KEYS[2], that it has been made good
for.
"""

SCAN_KEYS = Script(
    """#!lua flags=allow-oom,allow-cross-slot-keys
local info = redis.call('INFO', 'server')
local scan = redis.call('SCAN', ARGV[1], 'MATCH', ARGV[2], 'COUNT', ARGV[3])
local lifetimes, values = {}, {}
for index, key in ipairs(scan[2]) do
  lifetimes[index] = string.format('%.0f', math.min(redis.call('PTTL', key), 9007199254740991))
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
are of many slots. A lifetime is written out, which Lua would not do from 1e14 on, and is at the most
the largest integer that all can read.
"""
