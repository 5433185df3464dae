// What a changed configuration comes to, key by key, and what a bad one leaves alone.
import { expect, it } from 'vitest';
import { type Config, configSchema } from '../../../src/app/config.ts';
import { createReloader } from '../../../src/app/reload.ts';
import { coreErrors, SwarmError } from '../../../src/core/errors.ts';
import { silentLogger } from '../../../src/core/logger.ts';

const parse = (values: object): Config => configSchema.parse(values);
const discord = (token: string) => ({ discord: { token } });

/** A reloader whose files hold `config` or throw; `told` and `done` are what people heard and what was touched. */
function open(running: Config) {
  const state = {
    config: running,
    demo: false,
    fault: '',
    told: [] as string[],
    done: [] as string[],
    failing: false,
  };
  const reloader = createReloader(
    { config: running, demo: false },
    {
      logger: silentLogger,
      load: async () => {
        if (state.fault !== '') throw new SwarmError(coreErrors.configInvalid, state.fault);
        return { config: state.config, demo: state.demo, localFile: 'local.yaml', layers: [], files: [] };
      },
      settle: ({ discord: { token } }) => void state.done.push(`settled ${token?.reveal()}`),
      applyLive: async ({ log }) => void state.done.push(`level ${log.level}`),
      restart: async (name) => {
        state.done.push(`restart ${name}`);
        if (state.failing) throw new SwarmError(coreErrors.startTimedOut, 'too slow');
      },
      news: {
        begins: async (changes) => void state.done.push(...changes.map(({ key }) => `record ${key}`)),
        came: async (outcomes) => void state.done.push(...outcomes.map(({ key }) => `chat ${key}`)),
      },
      tell: (line) => state.told.push(line),
    },
  );
  const becomes = async (change: Partial<typeof state>) => {
    Object.assign(state, { fault: '' }, change);
    await reloader.reload();
    return state.told.splice(0);
  };
  return { becomes, done: state.done };
}

it('takes a live key at once: written down before it is in force, told after', async () => {
  const { becomes, done } = open(parse({}));
  expect(await becomes({ config: parse({ log: { level: 'debug' } }) })).toEqual([
    'configuration: log.level: live ("info" → "debug")',
  ]);
  expect(done).toEqual(['record log.level', 'settled undefined', 'level debug', 'chat log.level']);
});

it('restarts the component whose secret was rotated, after it can read the new one', async () => {
  const { becomes, done } = open(parse(discord('one')));
  expect(await becomes({ config: parse(discord('two')) })).toEqual([
    'configuration: discord.token: component restarted: discord ([secret] → [secret])',
  ]);
  expect(done).toEqual([
    'record discord.token',
    ...['settled two', 'level info', 'restart discord'],
    'chat discord.token',
  ]);
});

it('restarts a component once for several keys', async () => {
  const { becomes, done } = open(parse(discord('one')));
  const next = { discord: { token: 'two', guildId: '5', apiUrl: 'http://127.0.0.1:1' } };
  expect(await becomes({ config: parse(next) })).toHaveLength(3);
  expect(done.filter((what) => what === 'restart discord')).toHaveLength(1);
});

it('tells a component that did not come back', async () => {
  const { becomes } = open(parse(discord('one')));
  expect(await becomes({ config: parse(discord('two')), failing: true })).toEqual([
    'configuration: discord.token: component discord did not restart: too slow ([secret] → [secret])',
  ]);
});

it('says which keys need a process restart, and when that is over', async () => {
  const { becomes } = open(parse({}));
  expect(await becomes({ config: parse({ api: { port: 1 } }) })).toEqual([
    'configuration: api.port: needs process restart (7700 → 1)',
  ]);
  expect(await becomes({ config: parse({}) })).toEqual([
    'configuration: api.port: is again as the process was started (1 → 7700)',
  ]);
});

it('cannot switch a surface on or off', async () => {
  const { becomes, done } = open(parse({}));
  expect(await becomes({ config: parse(discord('one')) })).toEqual([
    'configuration: discord.token: needs process restart ((unset) → [secret])',
  ]);
  expect(done).not.toContain('restart discord');
});

it('keeps the last good one, and says so once', async () => {
  const { becomes, done } = open(parse({}));
  expect(await becomes({ fault: 'a.yaml:2: bad' })).toEqual([
    'configuration: refused, the last good one stays: a.yaml:2: bad',
  ]);
  expect(await becomes({ fault: 'a.yaml:2: bad' })).toEqual([]);
  expect(done).toEqual([]);
  expect(await becomes({ config: parse({}) })).toEqual([]);
  expect(await becomes({ fault: 'a.yaml:2: bad' })).toHaveLength(1);
});

it('does not become the demo world when its file is empty or gone', async () => {
  const { becomes, done } = open(parse({ policy: { file: 'strict.yaml' } }));
  expect(await becomes({ config: parse({}), demo: true })).toEqual([
    'configuration: refused, the last good one stays: local.yaml is empty or gone, which stands for the demo world; write it again',
  ]);
  expect(done).toEqual([]);
  expect(await becomes({ config: parse({ policy: { file: 'strict.yaml' } }), demo: false })).toEqual([]);
});
