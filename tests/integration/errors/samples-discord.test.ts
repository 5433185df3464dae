import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { toChatError } from '../../../src/bots/discord/faults.ts';
import { createDiscordPeer, type DiscordPeer } from '../../peers/discord/index.ts';
import { discordSamples } from './discord.ts';
import { expectVerdict } from './sample.ts';

describe('what discord.js raises', () => {
  let peer: DiscordPeer;

  beforeEach(async () => {
    peer = await createDiscordPeer();
  });
  afterEach(() => peer.close());

  it.for(discordSamples)('$what: $is', (sample) => expectVerdict(sample, { peer }, toChatError));

  it('keeps how long Discord wants to be left alone', async () => {
    const limited = discordSamples.find(({ what }) => what.includes('429 where'));
    const thrown = await Promise.resolve(limited?.raise({ peer })).catch((error: unknown) => error);
    expect(toChatError(thrown).retryAfterMs).toBeGreaterThanOrEqual(700);
  });
});
