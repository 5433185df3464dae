// `swarmline agent ack ID`: a word that a gas arrived; whose it is, its receiver's or a person's, is known by the key.
import { connectClient } from '../client.ts';
import { type ExitCode, exitCodes, type Io } from '../io.ts';
import { sayRefused } from './refused.ts';

export async function agentAck(
  id: string,
  options: { readonly working: boolean; readonly json: boolean },
  io: Io,
): Promise<ExitCode> {
  const client = await connectClient(io);
  const view = await client.acknowledge(id, options.working ? 'working' : 'accepted');
  if ('kind' in view) return sayRefused(view, options, io);
  io.stdout.write(`${options.json ? JSON.stringify({ id, state: view.state }) : `${id}: ${view.state}`}\n`);
  return view.state === 'accepted' || view.state === 'working' ? exitCodes.ok : exitCodes.failed;
}
