import { type Script, script } from "../commands/script.js";

/** The values of all keys. GET refuses a key that holds no text, where MGET would find nothing. */
export const READ_VALUES: Script = script(
  `
local values = {}
for index, key in ipairs(KEYS) do values[index] = redis.call('GET', key) end
return values
`,
  { reads: true },
);

/**
 * Revokes an anchor for ARGV[1] milliseconds; an entry that is there is extended, never shortened.
 * A value that is not the wire format's is set right, with the longer of the two lifetimes.
 */
export const MARK_REVOKED: Script = script(
  `
local known = redis.call('GET', KEYS[1])
if known == '1' then
  redis.call('PEXPIRE', KEYS[1], ARGV[1], 'GT')
  return 0
end
local left = redis.call('PTTL', KEYS[1])
if left == -1 then
  redis.call('SET', KEYS[1], '1')
elseif left > tonumber(ARGV[1]) then
  redis.call('SET', KEYS[1], '1', 'KEEPTTL')
else
  redis.call('SET', KEYS[1], '1', 'PX', ARGV[1])
end
return 1
`,
  { reads: false },
);

/**
 * Keeps the higher of two epochs for the longer of two lifetimes: ARGV[1] for ARGV[2] milliseconds.
 * What is there and is no epoch is not overwritten: it may stand for a higher one. Both are 16 digits
 * at most, which Lua's numbers hold exactly.
 */
export const MARK_EPOCH: Script = script(
  `
local known = redis.call('GET', KEYS[1])
if not known then
  if ARGV[1] ~= '0' then redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2]) end
  return ARGV[1] ~= '0' and 1 or 0
end
if #known > 16 or not string.match(known, '^%d+$') or tonumber(known) > 9007199254740991 then
  return redis.error_reply('-NOTANEPOCH the key holds no epoch')
end
redis.call('PEXPIRE', KEYS[1], ARGV[2], 'GT')
if tonumber(ARGV[1]) <= tonumber(known) then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'KEEPTTL')
return 1
`,
  { reads: false },
);
