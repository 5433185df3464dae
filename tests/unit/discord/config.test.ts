// The Discord section of the configuration.
import { describe, expect, it } from 'vitest';
import { discordConfigSchema } from '../../../src/bots/discord/index.ts';

describe('the Discord configuration', () => {
  it('takes an empty string for unset and the real API by default', () => {
    expect(discordConfigSchema.parse({ token: '', guildId: '' })).toEqual({
      token: undefined,
      guildId: undefined,
      apiUrl: 'https://discord.com/api',
    });
  });

  it('takes the slash off the end of the API address, where discord.js adds its own', () => {
    expect(discordConfigSchema.parse({ apiUrl: 'http://127.0.0.1:1/api/' }).apiUrl).toBe(
      'http://127.0.0.1:1/api',
    );
  });

  it('refuses a name where an id belongs', () => {
    expect(discordConfigSchema.safeParse({ guildId: 'my guild' }).success).toBe(false);
  });
});
