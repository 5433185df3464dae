// `swarmline mcp`: MCP on stdin and stdout, carried to the running platform and back. The tools stand there; this keeps
// nothing, so it outlives restarts of the platform, and what cannot be carried is answered as an error.
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import {
  ErrorCode,
  InitializeResultSchema,
  isJSONRPCRequest,
  isJSONRPCResultResponse,
  type JSONRPCMessage,
} from '@modelcontextprotocol/sdk/types.js';
import { agentIdSchema } from '../../contracts/agents.ts';
import { coreErrors, errorText, SwarmError } from '../../core/errors.ts';
import { systemKind } from '../../core/system-faults.ts';
import { type Door, findDoor, unanswered } from '../door.ts';
import { type ExitCode, exitCodes, type Io } from '../io.ts';

/** Ends with its reader or its writer. @throws SwarmError CONFIG_INVALID */
export async function mcp(options: { readonly agent?: string }, io: Io): Promise<ExitCode> {
  const door = await findDoor(io);
  const { url, headers } = door;
  const agent = options.agent ?? (io.env['SWARMLINE_AGENT'] || undefined);
  if (agent !== undefined && !agentIdSchema.safeParse(agent).success) {
    throw new SwarmError(coreErrors.configInvalid, `--agent: ${agent} is no id of an agent`);
  }
  const query = agent === undefined ? '' : `?agent=${agent}`;
  const far = new StreamableHTTPClientTransport(new URL(`${url}/mcp${query}`), { requestInit: { headers } });
  const near = new StdioServerTransport();
  const carried = new Set<Promise<void>>();
  const carry = (message: JSONRPCMessage): void => {
    const under = far
      .send(message)
      .catch((thrown: unknown) => refuse(near, { message, thrown, door }))
      .finally(() => carried.delete(under));
    carried.add(under);
  };
  near.onmessage = carry;
  near.onerror = (error) => io.stderr.write(`swarmline: ${error.message}\n`);
  far.onmessage = (message) => {
    // From then on each request has to say which version was agreed on.
    const result = isJSONRPCResultResponse(message) ? InitializeResultSchema.safeParse(message.result) : null;
    if (result?.success) far.setProtocolVersion(result.data.protocolVersion);
    void near.send(message);
  };
  await far.start();
  await near.start();
  await ended(io);
  await Promise.all(carried);
  await Promise.all([near.close(), far.close()]);
  return exitCodes.ok;
}

/** Answers a request in the place of a platform that did not; of a notification nobody awaits anything. */
async function refuse(
  near: StdioServerTransport,
  {
    message,
    thrown,
    door: { url, mend },
  }: { readonly message: JSONRPCMessage; readonly thrown: unknown; readonly door: Door },
): Promise<void> {
  if (!isJSONRPCRequest(message)) return;
  const told =
    systemKind(thrown) === null
      ? `no Swarmline answers at ${url}, or not to this key: ${errorText(thrown)}`
      : unanswered(url, thrown, { mend }).message;
  await near.send({
    jsonrpc: '2.0',
    id: message.id,
    error: { code: ErrorCode.InternalError, message: told },
  });
}

function ended({ stdin, stopped }: Io): Promise<void> {
  return new Promise((resolve) => {
    stdin.once('end', resolve);
    stdin.once('close', resolve);
    if (stopped.aborted) resolve();
    stopped.addEventListener('abort', () => resolve(), { once: true });
  });
}
