// Agents that have no files: they speak through the doors of the platform, with a key of their own.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { onTestFinished } from 'vitest';
import { z } from 'zod';
import type { Site } from './site.ts';

const configSchema = z.looseObject({
  pipeline: z.looseObject({ agents: z.array(z.looseObject({ id: z.string() })) }),
});
const policySchema = z.looseObject({
  roles: z.record(z.string(), z.unknown()),
  people: z.record(z.string(), z.unknown()),
});

/** Before the platform starts: no agent of this site has files, and each is the identity `http:<its id in lower case>`. */
export async function withoutFiles(site: Site): Promise<void> {
  await rewrite(join(site.dir, 'config.yaml'), configSchema, (config) => ({
    ...config,
    pipeline: {
      ...config.pipeline,
      agents: config.pipeline.agents.map(({ id }) => ({ id, inbox: { kind: 'pull' } })),
    },
  }));
  await rewrite(join(site.dir, 'policy.yaml'), policySchema, (policy) => ({
    ...policy,
    roles: { ...policy.roles, ...rolesOf(site) },
    people: { ...policy.people, ...peopleOf(site) },
  }));
}

/** The key of an agent, made anew. */
export async function keyOf(site: Site, agent: string): Promise<string> {
  const { end, stdout, stderr } = await site.cli('api-key', 'add', agent.toLowerCase());
  if (end !== 0) throw new Error(stderr);
  return stdout.trim();
}

/** Speaks MCP over HTTP; without an agent each call has to name one. */
export function overHttp(site: Site, key: string, agent?: string): Promise<Client> {
  const query = agent === undefined ? '' : `?agent=${agent}`;
  const url = new URL(`http://127.0.0.1:${site.port}/mcp${query}`);
  return connected(
    new StreamableHTTPClientTransport(url, { requestInit: { headers: { authorization: `Bearer ${key}` } } }),
  );
}

/** Speaks MCP with `swarmline mcp`, as whatever starts its servers itself does. @param words the arguments before the agent */
export function overStdio(
  site: Site,
  key: string,
  agent: string,
  words: readonly string[] = ['mcp', '--agent'],
): Promise<Client> {
  const url = `http://127.0.0.1:${site.port}`;
  const { program, args } = site.command([...words, agent]);
  const env = { SWARMLINE_URL: url, SWARMLINE_API_KEY: key };
  return connected(new StdioClientTransport({ command: program, args, env, stderr: 'ignore' }));
}

const resultSchema = z.looseObject({
  isError: z.boolean().default(false),
  content: z.tuple([z.looseObject({ text: z.string() })]),
});

/** What a tool answered: its JSON, or the words of a fault. */
export async function use(client: Client, name: string, args: Record<string, unknown> = {}) {
  const { isError, content } = resultSchema.parse(await client.callTool({ name, arguments: args }));
  return isError ? { fault: content[0].text } : JSON.parse(content[0].text);
}

async function connected(transport: Parameters<Client['connect']>[0]): Promise<Client> {
  const client = new Client({ name: 'test', version: '0' });
  onTestFinished(() => client.close());
  await client.connect(transport);
  return client;
}

function rolesOf({ agents }: Site) {
  return Object.fromEntries(agents.map(({ id }) => [id.toLowerCase(), [`agent.report:${id}`]]));
}

function peopleOf({ agents }: Site) {
  return Object.fromEntries(
    agents.map(({ id }) => [
      id.toLowerCase(),
      { role: id.toLowerCase(), identities: [`http:${id.toLowerCase()}`] },
    ]),
  );
}

async function rewrite<T>(path: string, schema: z.ZodType<T>, change: (content: T) => object): Promise<void> {
  const content = schema.parse(JSON.parse(await readFile(path, 'utf8')));
  await writeFile(path, JSON.stringify(change(content)));
}
