/*
 * Every script gets the same first keys, all of one organization and one hash tag:
 *   1 state    hash   `generation`, `s:<counter>` spent, `h:<counter>` held, `l:<counter>` leased of it (marker and counters live and die together).
 *                     The marker is the replication id of the server: after a failover or restart, which may have lost
 *                     writes, it is another one, and the counters have to be rebuilt.
 *   2 windows  zset   counter → when it may be forgotten
 *   3 holds    hash   hold id → packed record of live and charged holds
 *   4 live     zset   hold id → expiry
 *   5 charged  zset   hold id → when the record may be forgotten
 *   6 settled  zset   hold id → when it may be forgotten
 * Rate windows follow from key 7 on. ARGV[1] is the time to use, or empty for the server's own clock, which all
 * replicas share. Amounts travel as integer texts and change by HINCRBY only; the doubles they are compared as
 * are exact, because limits stay below 2^53.
 */
const CLOCK = `
local function clock()
  if ARGV[1] ~= '' then return tonumber(ARGV[1]) end
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end
`;

const KEYS = `
local function isLoaded(marker)
  return marker and marker == string.match(redis.call('INFO', 'replication'), 'master_replid:(%w+)')
end
local state, windows, holds, live, charged, settled = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6]
local function remembered(set, id, now)
  local untilMs = redis.call('ZSCORE', set, id)
  return untilMs and tonumber(untilMs) > now
end
local function isKnown(id, now)
  local known = redis.call('HEXISTS', holds, id) == 1
  if known then known = redis.call('ZSCORE', live, id) or remembered(charged, id, now) end
  return known or remembered(settled, id, now)
end
`;

/** The same algorithm as SlidingWindow: slices are triples (start, last, count). */
const RATES = `
local function open(key, windowMs, now)
  local packed = redis.call('GET', key)
  local window = { key = key, windowMs = windowMs, now = now, used = 0, slices = {} }
  if not packed then return window end
  local all = cmsgpack.unpack(packed)
  window.now = math.max(now, all[#all - 1])
  for i = 1, #all, 3 do
    if all[i + 1] + windowMs > window.now then
      local n = #window.slices
      window.slices[n + 1], window.slices[n + 2], window.slices[n + 3] = all[i], all[i + 1], all[i + 2]
      window.used = window.used + all[i + 2]
    end
  end
  return window
end
local function waitFor(window, amount, limit)
  local excess = window.used + amount - limit
  if excess <= 0 then return 0 end
  for i = 1, #window.slices, 3 do
    excess = excess - window.slices[i + 2]
    if excess <= 0 then return window.slices[i + 1] + window.windowMs - window.now end
  end
  return window.windowMs
end
local function take(window, amount)
  local slices, n = window.slices, #window.slices
  if n == 0 or window.now - slices[n - 2] >= math.ceil(window.windowMs / 20) then
    slices[n + 1], slices[n + 2], slices[n + 3] = window.now, window.now, 0
    n = n + 3
  end
  slices[n - 1] = window.now
  slices[n] = slices[n] + amount
  window.used = window.used + amount
  redis.call('SET', window.key, cmsgpack.pack(slices), 'PX', window.windowMs)
  return slices[n - 2]
end
local function correct(key, windowMs, start, difference, now)
  local window = open(key, windowMs, now)
  for i = 1, #window.slices, 3 do
    if window.slices[i] == start then
      window.slices[i + 2] = window.slices[i + 2] + difference
      redis.call('SET', key, cmsgpack.pack(window.slices), 'KEEPTTL')
    end
  end
end
`;

/** Ends a live or charged hold with what was really spent; exactly once. */
const SETTLING = `
local function settle(id, actualText, actualTokens, memoryMs, memoryCount, now)
  if not isLoaded(redis.call('HGET', state, 'generation')) then return 'not_loaded' end
  local record = redis.call('HGET', holds, id)
  if not record then return remembered(settled, id, now) and 'already' or 'unknown' end
  local isLive = redis.call('ZSCORE', live, id)
  if not isLive and not remembered(charged, id, now) then return 'unknown' end

  local amountText, tokens, _, counters, reservations, isLease = unpack(cmsgpack.unpack(record))
  local fields = { 'generation' }
  for i, counter in ipairs(counters) do fields[i + 1] = 'h:' .. counter end
  local present = redis.call('HMGET', state, unpack(fields))
  local spent = isLive and actualText or string.format('%.0f', tonumber(actualText) - tonumber(amountText))
  for i, counter in ipairs(counters) do
    -- A counter whose window was forgotten stays forgotten.
    if present[i + 1] then
      if isLive and amountText ~= '0' then redis.call('HINCRBY', state, 'h:' .. counter, '-' .. amountText) end
      if isLive and isLease then redis.call('HINCRBY', state, 'l:' .. counter, '-' .. amountText) end
      redis.call('HINCRBY', state, 's:' .. counter, spent)
    end
  end
  -- The keys of the rate windows were declared when the hold was taken; they share the hash tag.
  for _, item in ipairs(reservations) do correct(item[1], item[2], item[3], actualTokens - tokens, now) end

  redis.call('HDEL', holds, id)
  redis.call('ZREM', isLive and live or charged, id)
  redis.call('ZADD', settled, now + memoryMs, id)
  redis.call('PEXPIRE', settled, memoryMs)
  for _, old in ipairs(redis.call('ZRANGEBYSCORE', settled, '-inf', now, 'LIMIT', 0, 2)) do redis.call('ZREM', settled, old) end
  if redis.call('ZCARD', settled) > memoryCount then redis.call('ZPOPMIN', settled, 2) end
  return isLive and 'settled' or 'corrected'
end
`;

/**
 * ARGV: clock, hold id, amount, tokens, lifetime ms, note, number of budgets, (counter, limit or empty, forget at)…, (limit, window ms)…,
 * and, when an earlier hold ends in the same step: its id, actual amount, actual tokens, memory ms, memory count.
 */
export const HOLD = `${CLOCK}${KEYS}${RATES}${SETTLING}
local id, amountText, amount, tokens = ARGV[2], ARGV[3], tonumber(ARGV[3]), tonumber(ARGV[4])
local budgets, now = tonumber(ARGV[7]), clock()
local predecessor = 8 + budgets * 3 + (#KEYS - 6) * 2
if ARGV[predecessor] then
  settle(ARGV[predecessor], ARGV[predecessor + 1], tonumber(ARGV[predecessor + 2]), tonumber(ARGV[predecessor + 3]), tonumber(ARGV[predecessor + 4]), now)
end
local fields = { 'generation' }
for i = 1, budgets do
  local counter = ARGV[5 + i * 3]
  fields[i * 2], fields[i * 2 + 1] = 's:' .. counter, 'h:' .. counter
end
local values = redis.call('HMGET', state, unpack(fields))
if not isLoaded(values[1]) then return { 'not_loaded' } end

local known = isKnown(id, now)

local remaining
for i = 1, budgets do
  local limit = ARGV[6 + i * 3]
  if limit ~= '' then
    local spent, held = values[i * 2] or '0', values[i * 2 + 1] or '0'
    local left = tonumber(limit) - tonumber(spent) - tonumber(held)
    if not known then left = left - amount end
    if left < 0 and not known then
      return { 'over_budget', tostring(i - 1), spent, held, redis.call('HGET', state, 'l:' .. ARGV[5 + i * 3]) or '0' }
    end
    if not remaining or left < remaining then remaining = math.max(left, 0) end
  end
end
remaining = remaining and string.format('%.0f', remaining) or ''
if known then return { 'held', remaining } end

local rates = {}
for i = 1, #KEYS - 6 do
  local at = 8 + budgets * 3 + (i - 1) * 2
  rates[i] = open(KEYS[6 + i], tonumber(ARGV[at + 1]), now)
  local wait = waitFor(rates[i], tokens, tonumber(ARGV[at]))
  if wait > 0 then return { 'over_tokens', tostring(i - 1), string.format('%.0f', wait) } end
end

local counters, reservations, isNew = {}, {}, false
for i = 1, budgets do
  local counter = ARGV[5 + i * 3]
  counters[i] = counter
  redis.call('HINCRBY', state, 'h:' .. counter, amountText)
  if not values[i * 2] and not values[i * 2 + 1] then
    redis.call('ZADD', windows, ARGV[7 + i * 3], counter)
    isNew = true
  end
end
for i, window in ipairs(rates) do reservations[i] = { window.key, window.windowMs, take(window, tokens) } end
redis.call('HSET', holds, id, cmsgpack.pack({ amountText, tokens, ARGV[6], counters, reservations }))
redis.call('ZADD', live, now + tonumber(ARGV[5]), id)
if isNew then
  for _, counter in ipairs(redis.call('ZRANGEBYSCORE', windows, '-inf', now, 'LIMIT', 0, 8)) do
    redis.call('HDEL', state, 's:' .. counter, 'h:' .. counter, 'l:' .. counter)
    redis.call('ZREM', windows, counter)
  end
end
return { 'held', remaining }
`;

/** ARGV: clock, hold id, actual amount, actual tokens, memory ms of settled holds, their greatest number. */
export const SETTLE = `${CLOCK}${KEYS}${RATES}${SETTLING}
return settle(ARGV[2], ARGV[3], tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6]), clock())
`;

/** Never lowers a counter. ARGV: clock, (counter, spent, forget at)… Answers 0 for an organization that is not loaded. */
export const RAISE = `${CLOCK}${KEYS}
if not isLoaded(redis.call('HGET', state, 'generation')) then return 0 end
for i = 2, #ARGV, 3 do
  local counter = ARGV[i]
  local missing = tonumber(ARGV[i + 1]) - tonumber(redis.call('HGET', state, 's:' .. counter) or '0')
  if missing >= 0 then redis.call('HINCRBY', state, 's:' .. counter, string.format('%.0f', missing)) end
  redis.call('HINCRBY', state, 'h:' .. counter, 0)
  redis.call('ZADD', windows, ARGV[i + 2], counter)
end
return 1
`;

/** Takes back a hold whose answer never arrived, as if it had not been: it may be taken again under the same id. ARGV: clock, hold id. */
export const UNDO = `${CLOCK}${KEYS}${RATES}
local id = ARGV[2]
local record = redis.call('HGET', holds, id)
if not record or redis.call('ZREM', live, id) == 0 then return 0 end
local amountText, tokens, _, counters, reservations, isLease = unpack(cmsgpack.unpack(record))
for _, counter in ipairs(counters) do
  if amountText ~= '0' and redis.call('HEXISTS', state, 'h:' .. counter) == 1 then
    redis.call('HINCRBY', state, 'h:' .. counter, '-' .. amountText)
    if isLease then redis.call('HINCRBY', state, 'l:' .. counter, '-' .. amountText) end
  end
end
local now = clock()
for _, item in ipairs(reservations) do correct(item[1], item[2], item[3], -tokens, now) end
redis.call('HDEL', holds, id)
return 1
`;

/** ARGV: clock, hold id, amount, lifetime ms, note, one part in so many, (counter, limit or empty, forget at)… */
export const LEASE = `${CLOCK}${KEYS}
local id, amountText, amount = ARGV[2], ARGV[3], tonumber(ARGV[3])
local fields, counters = { 'generation' }, {}
for i = 7, #ARGV, 3 do
  local n = #fields
  counters[#counters + 1] = ARGV[i]
  fields[n + 1], fields[n + 2], fields[n + 3] = 's:' .. ARGV[i], 'h:' .. ARGV[i], 'l:' .. ARGV[i]
end
local values = redis.call('HMGET', state, unpack(fields))
if not isLoaded(values[1]) then return { 'not_loaded' } end
local now = clock()
if isKnown(id, now) then return { 'held', '' } end
for i in ipairs(counters) do
  local limit, spent, held, leased = ARGV[5 + i * 3], values[i * 3 - 1] or '0', values[i * 3] or '0', values[i * 3 + 1] or '0'
  if limit ~= '' then
    local free = tonumber(limit) - tonumber(spent) - tonumber(held) + tonumber(leased)
    if tonumber(leased) + amount > free / tonumber(ARGV[6]) then return { 'over_budget', tostring(i - 1), spent, held, leased } end
  end
end
for i, counter in ipairs(counters) do
  redis.call('HINCRBY', state, 'h:' .. counter, amountText)
  redis.call('HINCRBY', state, 'l:' .. counter, amountText)
  if not values[i * 3 - 1] and not values[i * 3] then redis.call('ZADD', windows, ARGV[6 + i * 3], counter) end
end
redis.call('HSET', holds, id, cmsgpack.pack({ amountText, 0, ARGV[5], counters, {}, amount > 0 and 1 or nil }))
redis.call('ZADD', live, now + tonumber(ARGV[4]), id)
return { 'held', '' }
`;

/** ARGV: clock, hold id, new amount. */
export const SHRINK = `${CLOCK}${KEYS}
local id = ARGV[2]
if not isLoaded(redis.call('HGET', state, 'generation')) then return 0 end
local record, isLive = redis.call('HGET', holds, id), redis.call('ZSCORE', live, id)
if not record or (not isLive and not remembered(charged, id, clock())) then return 0 end
local fields = cmsgpack.unpack(record)
local before = tonumber(fields[1])
local after = math.min(before, tonumber(ARGV[3]))
for _, counter in ipairs(fields[4]) do
  if redis.call('HEXISTS', state, 'h:' .. counter) == 1 then
    redis.call('HINCRBY', state, (isLive and 'h:' or 's:') .. counter, string.format('%.0f', after - before))
    if isLive and fields[6] then redis.call('HINCRBY', state, 'l:' .. counter, '-' .. fields[1]) end
  end
end
redis.call('HSET', holds, id, cmsgpack.pack({ string.format('%.0f', after), fields[2], fields[3], fields[4], fields[5] }))
return 1
`;

/** ARGV: clock, hold id, lifetime ms. */
export const RENEW = `${CLOCK}${KEYS}
if not redis.call('ZSCORE', live, ARGV[2]) then return 0 end
redis.call('ZADD', live, clock() + tonumber(ARGV[3]), ARGV[2])
return 1
`;

/** ARGV: clock, how far the caller's time is ahead of it, limit, memory ms of charged holds. Answers (id, amount, note)… */
export const EXPIRE = `${CLOCK}${KEYS}
local now, answer = clock(), {}
for _, id in ipairs(redis.call('ZRANGEBYSCORE', live, '-inf', now + tonumber(ARGV[2]), 'LIMIT', 0, ARGV[3])) do
  local record = redis.call('HGET', holds, id)
  redis.call('ZREM', live, id)
  if record then
    local amountText, _, note, counters, _, isLease = unpack(cmsgpack.unpack(record))
    for _, counter in ipairs(counters) do
      if amountText ~= '0' and redis.call('HEXISTS', state, 'h:' .. counter) == 1 then
        redis.call('HINCRBY', state, 'h:' .. counter, '-' .. amountText)
        redis.call('HINCRBY', state, 's:' .. counter, amountText)
        if isLease then redis.call('HINCRBY', state, 'l:' .. counter, '-' .. amountText) end
      end
    end
    redis.call('ZADD', charged, now + tonumber(ARGV[4]), id)
    answer[#answer + 1], answer[#answer + 2], answer[#answer + 3] = id, amountText, note
  end
end
for _, id in ipairs(redis.call('ZRANGEBYSCORE', charged, '-inf', now, 'LIMIT', 0, ARGV[3])) do
  redis.call('ZREM', charged, id)
  redis.call('HDEL', holds, id)
end
return answer
`;

/**
 * ARGV: clock, number of seeds, (counter, spent, forget at)…, (hold id, amount, lifetime ms, note, number of counters, (counter, forget at)…)….
 * A missing marker, or that of another server, starts a new generation: holds of the old one are unknown to it, but for those given here.
 */
export const LOAD = `${CLOCK}${KEYS}
local first = not isLoaded(redis.call('HGET', state, 'generation'))
local now = clock()
if first then
  redis.call('DEL', unpack(KEYS))
  redis.call('HSET', state, 'generation', string.match(redis.call('INFO', 'replication'), 'master_replid:(%w+)'))
end
local seeds = tonumber(ARGV[2])
for i = 3, 2 + seeds * 3, 3 do
  local counter = ARGV[i]
  if redis.call('HEXISTS', state, 'h:' .. counter) == 0 and redis.call('HSETNX', state, 's:' .. counter, ARGV[i + 1]) == 1 then
    redis.call('ZADD', windows, ARGV[i + 2], counter)
  end
end
local at = 3 + seeds * 3
while first and ARGV[at] do
  local id, amountText, counters = ARGV[at], ARGV[at + 1], {}
  for i = 1, tonumber(ARGV[at + 4]) do
    counters[i] = ARGV[at + 3 + i * 2]
    redis.call('HINCRBY', state, 'h:' .. counters[i], amountText)
    redis.call('ZADD', windows, ARGV[at + 4 + i * 2], counters[i])
  end
  redis.call('HSET', holds, id, cmsgpack.pack({ amountText, 0, ARGV[at + 3], counters, {} }))
  redis.call('ZADD', live, now + tonumber(ARGV[at + 2]), id)
  at = at + 5 + #counters * 2
end
return first and 1 or 0
`;

/** Whether the organization's counters are those of this server's generation. */
export const LOADED = `${KEYS}
return isLoaded(redis.call('HGET', state, 'generation')) and 1 or 0
`;

/** KEYS: rate windows. ARGV: clock, how far the caller's time is ahead of it, (limit, window ms)…, (carried)… or nothing. Answers allowed, line, remaining, reset ms. */
export const TAKE_REQUEST = `${CLOCK}${RATES}
local now, rates = clock() + tonumber(ARGV[2]), {}
local refusing, longest, tightest, least = nil, 0, 0, math.huge
for i, key in ipairs(KEYS) do
  local limit = tonumber(ARGV[1 + i * 2])
  rates[i] = open(key, tonumber(ARGV[2 + i * 2]), now)
  local carried = tonumber(ARGV[2 + #KEYS * 2 + i] or '0')
  if carried > 0 then take(rates[i], carried) end
  local wait = waitFor(rates[i], 1, limit)
  if wait > longest then refusing, longest = i, wait end
  local left = limit - rates[i].used - 1
  if left < least then tightest, least = i, left end
end
if refusing then return { 0, refusing - 1, 0, longest } end
for _, window in ipairs(rates) do take(window, 1) end
return { 1, tightest - 1, least, rates[tightest].windowMs }
`;
