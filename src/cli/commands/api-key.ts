// `swarmline api-key add|list|revoke`: keys of persons and programs for the HTTP face. They are files of the home, so it
// works whether the platform runs or not; one that runs looks at them at each request.
import { createApiKeys } from '../../api/index.ts';
import { systemClock } from '../../core/clock.ts';
import { type ExitCode, exitCodes, type Io } from '../io.ts';
import { whereabouts } from '../whereabouts.ts';

interface Options {
  readonly json: boolean;
}

/** Prints the key, which nothing shows a second time. @throws SwarmError INPUT_INVALID, FILE_EXISTS */
export async function apiKeyAdd(name: string, { json }: Options, io: Io): Promise<ExitCode> {
  const key = await (await keysOf(io)).add(name, systemClock.now());
  const identity = identityOf(name);
  io.stdout.write(`${json ? JSON.stringify({ name, identity, key }) : key}\n`);
  if (!json) {
    io.stderr.write(
      `The key of ${identity}, shown this once. It may do what the policy grants: give the identity to a person there.\n`,
    );
  }
  return exitCodes.ok;
}

export async function apiKeyList({ json }: Options, io: Io): Promise<ExitCode> {
  const keys = await (await keysOf(io)).list();
  const shown = keys.map(({ name, createdAt }) => ({
    ...{ name, identity: identityOf(name) },
    createdAt: new Date(createdAt).toISOString(),
  }));
  if (json) io.stdout.write(`${JSON.stringify(shown)}\n`);
  else if (shown.length === 0) io.stdout.write('There are no keys.\n');
  else io.stdout.write(`${shown.map(({ identity, createdAt }) => `${identity}  ${createdAt}`).join('\n')}\n`);
  return exitCodes.ok;
}

/** Status 1 where there is no such key. */
export async function apiKeyRevoke(name: string, { json }: Options, io: Io): Promise<ExitCode> {
  const revoked = await (await keysOf(io)).revoke(name);
  const told = revoked ? `${identityOf(name)} opens nothing any more.` : `There is no key ${name}.`;
  if (json) io.stdout.write(`${JSON.stringify({ name, revoked })}\n`);
  else (revoked ? io.stdout : io.stderr).write(`${told}\n`);
  return revoked ? exitCodes.ok : exitCodes.failed;
}

async function keysOf(io: Io) {
  return createApiKeys((await whereabouts(io)).home);
}

function identityOf(name: string): string {
  return `http:${name}`;
}
