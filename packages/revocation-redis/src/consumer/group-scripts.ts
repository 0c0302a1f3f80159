import { type Script, script } from "../commands/script.js";

// Each script is one step: what it finds and what it does about it can't be told apart by others. A
// loss is kept in a key beside the stream, so that every consumer of the group knows of it, also one
// that was not there. In a cluster both are of one slot.

/**
 * Makes sure that KEYS[1] has the group ARGV[1]; a new one begins with the first entry. ARGV[2] is "1"
 * where the consumer knows that it was there: then a loss is noted in KEYS[2], for ARGV[3] ms.
 */
export const ENSURE_GROUP: Script = script(
  `
if redis.call('EXISTS', KEYS[1]) == 1 then
  for _, group in ipairs(redis.call('XINFO', 'GROUPS', KEYS[1])) do
    for index = 1, #group, 2 do
      if group[index] == 'name' and group[index + 1] == ARGV[1] then return 0 end
    end
  end
end
if ARGV[2] == '1' then redis.call('SET', KEYS[2], 'history_lost', 'PX', ARGV[3]) end
redis.call('XGROUP', 'CREATE', KEYS[1], ARGV[1], '0', 'MKSTREAM', 'ENTRIESREAD', '0')
return 1
`,
  { reads: true },
);

/**
 * Reads for the consumer ARGV[2] of the group ARGV[1] at most ARGV[3] entries behind ARGV[4]; ">"
 * stands for those that nobody in the group was given.
 *
 * Of those it counts first how many were trimmed: entries go at the front, so that whatever was
 * removed and is not counted as read was never read. Where an entry remains that is older than
 * ARGV[5] ms, so are they, and no mandate that they revoked is alive; else the loss is noted in
 * KEYS[2], for as long. Then the group is made to count them as read, so that they are counted once.
 */
export const READ_GROUP: Script = script(
  `
local function asTable(flat)
  local fields = {}
  for index = 1, #flat, 2 do fields[flat[index]] = flat[index + 1] end
  return fields
end
local function compare(first, second)
  local time1, number1 = string.match(first, '(%d+)-(%d+)')
  local time2, number2 = string.match(second, '(%d+)-(%d+)')
  if time1 ~= time2 then return tonumber(time1) - tonumber(time2) end
  return tonumber(number1) - tonumber(number2)
end

local group
if redis.call('EXISTS', KEYS[1]) == 1 then
  for _, flat in ipairs(redis.call('XINFO', 'GROUPS', KEYS[1])) do
    local fields = asTable(flat)
    if fields['name'] == ARGV[1] then group = fields end
  end
end
if not group then return redis.error_reply('-NOGROUP the stream or its group is not there') end

local stream = asTable(redis.call('XINFO', 'STREAM', KEYS[1]))
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local first = stream['first-entry'] and stream['first-entry'][1]
local trimmed = 0
if ARGV[4] == '>' then
  local removed = stream['entries-added'] - stream['length']
  if group['entries-read'] then
    trimmed = math.max(0, removed - group['entries-read'])
  elseif removed > 0 and compare(first or stream['last-generated-id'], group['last-delivered-id']) > 0 then
    -- Redis stops counting where single entries are deleted; that there is a gap is seen all the same.
    trimmed = 1
  end
  if trimmed > 0 then
    if not first or now - tonumber(string.match(first, '^%d+')) < tonumber(ARGV[5]) then
      redis.call('SET', KEYS[2], 'stream_trimmed', 'PX', ARGV[5])
    end
    local last = first and group['last-delivered-id'] or stream['last-generated-id']
    redis.call('XGROUP', 'SETID', KEYS[1], ARGV[1], last, 'ENTRIESREAD', removed)
  end
end
local held = redis.call('XPENDING', KEYS[1], ARGV[1])
local read = redis.call('XREADGROUP', 'GROUP', ARGV[1], ARGV[2], 'COUNT', ARGV[3], 'STREAMS', KEYS[1], ARGV[4])
return {
  stream['last-generated-id'],
  group['last-delivered-id'],
  held[1],
  held[2],
  trimmed,
  redis.call('GET', KEYS[2]),
  string.format('%.0f', now),
  read and read[1][2] or {}
}
`,
  { reads: true },
);

/**
 * Removes from the group ARGV[1] the consumers that hold nothing and have not asked for ARGV[2]
 * milliseconds: all of them, or only ARGV[3] where that is not empty.
 */
export const REMOVE_IDLE: Script = script(
  `
local removed = 0
for _, flat in ipairs(redis.call('XINFO', 'CONSUMERS', KEYS[1], ARGV[1])) do
  local fields = {}
  for index = 1, #flat, 2 do fields[flat[index]] = flat[index + 1] end
  local isMeant = ARGV[3] == '' or fields['name'] == ARGV[3]
  if isMeant and fields['pending'] == 0 and fields['idle'] >= tonumber(ARGV[2]) then
    redis.call('XGROUP', 'DELCONSUMER', KEYS[1], ARGV[1], fields['name'])
    removed = removed + 1
  end
end
return removed
`,
  { reads: true },
);
