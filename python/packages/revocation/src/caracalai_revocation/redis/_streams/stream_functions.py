"""What scripts share that look at a stream and its consumer group, in Lua.

The text is that of the TypeScript half.
"""

# ruff: noqa: E501 - lines of Lua

MAX_ENTRY_BYTES = 270_000
"""Larger entries are no events (wire format), and are not sent.

A little more, for what is around it.
"""

STREAM_FUNCTIONS = (
    """
local function asTable(flat)
  local fields = {}
  for index = 1, #flat, 2 do fields[flat[index]] = flat[index + 1] end
  return fields
end
local function compareNumbers(first, second)
  if #first ~= #second then return #first - #second end
  if first == second then return 0 end
  return first < second and -1 or 1
end
local function compare(first, second)
  local time1, number1 = string.match(first, '(%d+)-(%d+)')
  local time2, number2 = string.match(second, '(%d+)-(%d+)')
  if time1 ~= time2 then return compareNumbers(time1, time2) end
  return compareNumbers(number1, number2)
end
local function findGroup(key, name)
  if redis.call('EXISTS', key) == 0 then return nil end
  for _, flat in ipairs(redis.call('XINFO', 'GROUPS', key)) do
    local fields = asTable(flat)
    if fields['name'] == name then return fields end
  end
end
local function isAtEnd(group)
  return group and group['entries-read'] and group['lag'] == 0
end
local function aboutStream(key)
  local about = asTable(redis.call('XINFO', 'STREAM', key))
  about['first-id'] = about['first-entry'] and about['first-entry'][1]
  return about
end
-- How many entries were removed before the group was given them: entries go at the front, so that none
-- were where one remains that was given to somebody. Redis stops counting where single entries are
-- deleted; that there is a gap is seen all the same.
local function countMissed(stream, group)
  local first = stream['first-id'] or stream['last-generated-id']
  if compare(first, group and group['last-delivered-id'] or '0-0') <= 0 then return 0 end
  local removed = stream['entries-added'] - stream['length']
  local read = 0
  if group then read = group['entries-read'] or math.max(0, removed - 1) end
  return math.max(0, removed - read)
end
-- By what an entry is known beside its id: a server that lacks it, and whose clock is behind, gives the id
-- again. Nothing where the entry is not there, or is so large that looking at it costs too much.
local function digestOf(key, id)
  local entry = redis.call('XRANGE', key, id, id)[1]
  if not entry then return nil end
  local size = 0
  for _, part in ipairs(entry[2]) do size = size + #part end
  if size > """
    + str(MAX_ENTRY_BYTES)
    + """ then return 'large' end
  for index, part in ipairs(entry[2]) do entry[2][index] = #part .. ' ' .. part end
  return redis.sha1hex(table.concat(entry[2]))
end
-- A new note speaks for the one that it replaces as well.
local function noteLoss(key, note)
  local before = redis.call('GET', key) or ''
  for _, kind in ipairs({ 'stream_trimmed', 'history_lost' }) do
    local isNew = not string.find(note, kind, 1, true)
    if isNew and string.find(before, kind, 1, true) then note = note .. ' ' .. kind end
  end
  redis.call('SET', key, note)
end
"""
)
"""Redis gives ids as text: both halves are 64 bits, more than a number of Lua holds.

They are without leading zeros, so that the longer one is the higher one. XINFO STREAM copies the
first and the last entry, which anybody who may add to the stream can make large: a group that was
given all there is tells the same without them.
"""

HIGHEST_ID = "18446744073709551615-18446744073709551615"
"""The highest id there can be: nothing comes behind it, and Redis refuses to look."""
