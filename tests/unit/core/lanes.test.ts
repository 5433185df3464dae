import { describe, expect, it } from 'vitest';
import { makeLanes } from '../../../src/core/lanes.ts';

describe('lanes', () => {
  it('let what is in one go one after the other, and what is in another go at once', async () => {
    const inLane = makeLanes();
    const begun: string[] = [];
    let open = (): void => undefined;
    const isOpen = new Promise<void>((resolve) => {
      open = resolve;
    });
    const first = inLane('a', async () => {
      begun.push('first');
      await isOpen;
    });
    const second = inLane('a', async () => void begun.push('second'));
    await inLane('b', async () => void begun.push('other'));
    expect(begun).toEqual(['first', 'other']);
    open();
    await Promise.all([first, second]);
    expect(begun).toEqual(['first', 'other', 'second']);
  });

  it('go on after what failed, and tell it to whoever asked for it alone', async () => {
    const inLane = makeLanes();
    const failed = inLane('a', () => Promise.reject(new Error('broken on purpose')));
    const next = inLane('a', async () => 'done');
    await expect(failed).rejects.toThrow('broken on purpose');
    expect(await next).toBe('done');
  });
});
