import { afterEach, beforeEach, describe, it } from 'vitest';
import { twitchFault } from '../../../src/bots/twitch/faults.ts';
import { createTwitchPeer, type TwitchPeer } from '../../peers/twitch/index.ts';
import { expectVerdict } from './sample.ts';
import { twitchSamples } from './twitch.ts';

describe('what tmi.js raises', () => {
  let peer: TwitchPeer;

  beforeEach(async () => {
    peer = await createTwitchPeer({ accounts: { swarmbot: 'good' } });
  });
  afterEach(() => peer.close());

  it.for(twitchSamples)('$what: $is', (sample) => expectVerdict(sample, { peer }, twitchFault));
});
