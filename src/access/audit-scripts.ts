// The record's steps inside Redis: each is one script, so that several processes write one chain and a crash leaves no half
// of a line.
import { makeScript } from '../core/redis-script.ts';

/**
 * KEYS: lines, tail, then one mark per line. ARGV: the tail that the lines were made for, the tail that they make, seconds
 * that a mark is kept, the number of the first line, then the text of each. Answers `stored`; or `known` with place and
 * number of each line that its mark says is there, nothing being stored; or `tail` with the true one.
 */
export const appendScript = makeScript(`
local known = { 'known' }
for i = 3, #KEYS do
  local seq = redis.call('GET', KEYS[i])
  if seq then
    known[#known + 1] = tostring(i - 3)
    known[#known + 1] = seq
  end
end
if #known > 1 then return known end
local tail = redis.call('GET', KEYS[2]) or ''
if tail ~= ARGV[1] then return { 'tail', tail } end
for i = 3, #KEYS do
  local seq = string.format('%.0f', ARGV[4] + i - 3)
  redis.call('XADD', KEYS[1], seq .. '-0', 'line', ARGV[i + 2])
  redis.call('SET', KEYS[i], seq, 'EX', ARGV[3])
end
redis.call('SET', KEYS[2], ARGV[2])
return { 'stored' }`);

/** KEYS: a mark. ARGV: the number it must still have to be taken away. */
export const forgetScript = makeScript(`
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end`);
