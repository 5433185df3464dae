import { describe, expect, it } from 'vitest';
import { type EpochMemory, readStatus } from '../../../src/pipeline/progress/read-status.ts';

function percentOf(status: object, memory: EpochMemory | null = null): number | null {
  const reading = readStatus(JSON.stringify(status), memory);
  if (reading.kind === 'invalid') throw new TypeError(reading.detail);
  return reading.percent;
}

function missionOf(status: object): string {
  const reading = readStatus(JSON.stringify(status), null);
  return reading.kind === 'valid' ? reading.mission : reading.detail;
}

const memory = (...baseline: string[]): EpochMemory => ({ mission: 'default', baseline });

describe('a version that cannot be used', () => {
  it.each([
    ['a trailing comma', '{\n  "a": 1,\n}', 'not JSON at position 12 (line 3, column 1)'],
    ['an empty file', '', 'empty, not JSON'],
    ['a list', '[1]', 'JSON, but an array and not an object'],
    ['null', 'null', 'JSON, but null and not an object'],
    ['a number', '7', 'JSON, but a number and not an object'],
  ])('is named with its place: %s', (_, raw, detail) => {
    expect(readStatus(raw, null)).toEqual({ kind: 'invalid', detail });
  });

  it('is not made of a byte order mark alone', () => {
    expect(readStatus('\uFEFF{"progress": 5}', null)).toMatchObject({ kind: 'valid', percent: 5 });
  });
});

describe('the mission key', () => {
  it.each([
    [{ mission_id: 'a', current_mission: 'b', current_task: 'c' }, 'a'],
    [{ mission_id: '', current_mission: 'b', current_task: 'c' }, 'b'],
    [{ mission_id: 7, current_mission: null, current_task: 'c' }, 'c'],
    [{ current_task: { name: 'x' } }, 'default'],
    [{}, 'default'],
  ])('of %j is %s', (status, mission) => {
    expect(missionOf(status)).toBe(mission);
  });
});

describe('explicit progress', () => {
  it.each([
    [{ progress: 76 }, 76],
    [{ progress: 76.99 }, 76],
    [{ progress: '76%' }, 76],
    [{ progress: '99.9%' }, 99],
    [{ progress: 0 }, 0],
    [{ progress: 100 }, 100],
    [{ progress: 150, percentage: 40 }, 40],
    [{ progress: -1, completion_percentage: '12%' }, 12],
    [{ progress: '150%', progress_percent: 30 }, 30],
    [{ progress: '100% Complete', percentage: '50%' }, 50],
    [{ progress: '76', progress_percent: 20 }, 20],
    [{ progress: { percentage: 5 }, percentage: 6 }, 6],
    [{ progress: true }, null],
    [{ progress: 'task_completed' }, null],
  ])('of %j is %s', (status, percent) => {
    expect(percentOf(status)).toBe(percent);
  });
});

describe('counters', () => {
  it.each([
    [{ tasks_completed: 2, tasks_total: 3 }, 66],
    [{ tasks_completed: 0, tasks_total: 3 }, 0],
    [{ tasks_completed: 3, tasks_total: 3 }, 100],
    [{ tasks_completed: 4, tasks_total: 3 }, null],
    [{ tasks_completed: 0, tasks_total: 0 }, null],
    [{ tasks_completed: -1, tasks_total: 3 }, null],
    [{ tasks_completed: 1.5, tasks_total: 3 }, null],
    [{ tasks_completed: '1', tasks_total: 3 }, null],
    [{ tasks_completed: 1 }, null],
    [{ progress: 10, tasks_completed: 2, tasks_total: 3 }, 10],
  ])('of %j give %s', (status, percent) => {
    expect(percentOf(status)).toBe(percent);
  });
});

describe('lists', () => {
  it.each(['✅ a', '✔ a', '✔️ a', '☑ a', '[x] a', '[X] a', ' DONE: a', 'Complete: a', 'completed: a'])(
    'take %j for done',
    (entry) => {
      expect(percentOf({ current_tasks: [entry, 'b'] })).toBe(50);
    },
  );

  it.each(['a ✅', '[ ] a', 'DONE a', 'Completely new', '🔄 a'])('take %j for open', (entry) => {
    expect(percentOf({ current_tasks: [entry, '✅ b'] })).toBe(50);
  });

  it('do not count what was completed before the epoch', () => {
    expect(percentOf({ completed_tasks: ['old', 'new'], current_tasks: ['b'] }, memory('old'))).toBe(50);
  });

  it('take the first version of an epoch for the past', () => {
    expect(percentOf({ completed_tasks: ['old', 'new'], current_tasks: ['b'] })).toBe(0);
  });

  it('of another mission start anew', () => {
    const status = { current_mission: 'next', completed_tasks: ['old', 'new'], current_tasks: ['b'] };
    expect(percentOf(status, memory('old'))).toBe(0);
  });

  it('count an entry once that is repeated', () => {
    expect(percentOf({ completed_tasks: ['n', 'n'], current_tasks: ['b', 'b', 'b'] }, memory())).toBe(50);
  });

  it('count an entry once, as done, that stands in both', () => {
    expect(percentOf({ completed_tasks: ['n'], current_tasks: ['n', 'b'] }, memory())).toBe(50);
  });

  it('count entries that are no strings by their JSON text', () => {
    expect(percentOf({ current_tasks: [{ a: 1 }, { a: 1 }, 7, '✅ b'] })).toBe(33);
  });

  it('that are no arrays count as empty', () => {
    expect(percentOf({ completed_tasks: 'n', current_tasks: { a: 1 } }, memory())).toBeNull();
  });

  it('without an entry leave the progress unknown', () => {
    expect(percentOf({ completed_tasks: ['old'], current_tasks: [] }, memory('old'))).toBeNull();
  });
});
