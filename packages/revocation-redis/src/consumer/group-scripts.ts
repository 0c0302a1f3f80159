import { type Script, script } from "../commands/script.js";
import { HIGHEST_ID, STREAM_FUNCTIONS } from "../streams/stream-functions.js";

// Each script is one step: what it finds and what it does about it can't be told apart by others. A
// loss is kept in a key beside the stream, so that every consumer of the group knows of it, also one
// that was not there. In a cluster both are of one slot.

/**
 * Makes sure that KEYS[1] has the group ARGV[1]; a new one begins with the first entry. ARGV[2] is "1"
 * where the consumer knows that it was there: then the loss ARGV[3] is noted in KEYS[2].
 */
export const ENSURE_GROUP: Script = script(
  `
${STREAM_FUNCTIONS}
if findGroup(KEYS[1], ARGV[1]) then return 0 end
if ARGV[2] == '1' then noteLoss(KEYS[2], ARGV[3]) end
redis.call('XGROUP', 'CREATE', KEYS[1], ARGV[1], '0', 'MKSTREAM', 'ENTRIESREAD', '0')
return 1
`,
  { reads: true },
);

/**
 * Reads for the consumer ARGV[2] of the group ARGV[1] at most ARGV[3] entries behind ARGV[4]; ">"
 * stands for those that nobody in the group was given.
 *
 * Of those it counts first how many were trimmed: entries go at the front, so that none were where one
 * remains that was given to somebody; else, whatever was removed and is not counted as read was never
 * read. Where an entry remains that is older than
 * ARGV[5] ms, so are they, and no mandate that they revoked is alive; else the loss ARGV[8] is noted in
 * KEYS[2]. Then the group is made to count them as read, so that they are counted once.
 *
 * ARGV[6] is the highest id that the consumer knows of, empty for none, and ARGV[7] how many entries
 * had been added by then. Where that entry is gone, though fewer than those were removed, it tells how
 * many there are behind it: as many as were added since, where it was deleted by itself, and more of
 * them in another history. More than a thousand are not counted, but taken for too many.
 */
export const READ_GROUP: Script = script(
  `
${STREAM_FUNCTIONS}
local group = findGroup(KEYS[1], ARGV[1])
if not group then return redis.error_reply('-NOGROUP the stream or its group is not there') end

local stream
if isAtEnd(group) then
  stream = {
    ['last-generated-id'] = group['last-delivered-id'],
    ['entries-added'] = group['entries-read'],
    ['length'] = redis.call('XLEN', KEYS[1])
  }
else
  stream = aboutStream(KEYS[1])
end
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local first = stream['first-id']
local trimmed = 0
if ARGV[4] == '>' and not isAtEnd(group) then
  local removed = stream['entries-added'] - stream['length']
  trimmed = countMissed(stream, group)
  if trimmed > 0 then
    if not first or now - tonumber(string.match(first, '^%d+')) < tonumber(ARGV[5]) then
      noteLoss(KEYS[2], ARGV[8])
    end
    local last = first and group['last-delivered-id'] or stream['last-generated-id']
    redis.call('XGROUP', 'SETID', KEYS[1], ARGV[1], last, 'ENTRIESREAD', removed)
  end
end
local holds = 1
local behind = 0
if ARGV[6] ~= '' then
  local added = stream['entries-added'] - ARGV[7]
  local isSame = added == 0 and stream['last-generated-id'] == ARGV[6]
  if not isSame and #redis.call('XRANGE', KEYS[1], ARGV[6], ARGV[6]) == 0 then
    holds = 0
    if stream['entries-added'] - stream['length'] < tonumber(ARGV[7]) and added >= 0 then
      behind = added + 1
      if ARGV[6] == '${HIGHEST_ID}' then
        behind = 0
      elseif added <= 1000 then
        behind = #redis.call('XRANGE', KEYS[1], '(' .. ARGV[6], '+', 'COUNT', behind)
      end
    end
  end
end

local held = redis.call('XPENDING', KEYS[1], ARGV[1])
local read = redis.call('XREADGROUP', 'GROUP', ARGV[1], ARGV[2], 'COUNT', ARGV[3], 'STREAMS', KEYS[1], ARGV[4])
return {
  string.match(redis.call('INFO', 'server'), 'run_id:(%x+)'),
  stream['last-generated-id'],
  stream['entries-added'],
  holds,
  behind,
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
 * Gives to the consumer ARGV[2] of the group ARGV[1] entries that are held: of each, ARGV tells the id,
 * the consumer, and how often it was given to anybody. One that is not held like that any more is left
 * out: somebody else has taken it over, or is done with it. One that is not in the stream any more
 * stays with its consumer, until it is acknowledged: else nobody would know of it if this reply is lost.
 */
export const TAKE_OVER: Script = script(
  `
local taken = {}
for index = 3, #ARGV, 3 do
  local id = ARGV[index]
  local held = redis.call('XPENDING', KEYS[1], ARGV[1], id, id, 1)[1]
  if held and held[2] == ARGV[index + 1] and held[4] == tonumber(ARGV[index + 2]) then
    local entry = redis.call('XRANGE', KEYS[1], id, id)[1]
    if entry then redis.call('XCLAIM', KEYS[1], ARGV[1], ARGV[2], 0, id) end
    taken[#taken + 1] = entry or { id, false }
  end
end
return taken
`,
  { reads: true },
);

/** Notes the loss ARGV[1] in KEYS[2]. */
export const NOTE_LOSS: Script = script(
  `
${STREAM_FUNCTIONS}
noteLoss(KEYS[2], ARGV[1])
return 1
`,
  { reads: true },
);

/** Takes back the loss that is noted in KEYS[2], where it is still ARGV[1]. */
export const FORGET_LOSS: Script = script(
  `
if redis.call('GET', KEYS[2]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[2])
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
