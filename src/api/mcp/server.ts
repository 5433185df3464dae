// One exchange over MCP: the tools before one caller, for the time of one request. Nothing is kept between two of them, so
// a restart of the platform goes unnoticed, and any process with the role `api` may answer.
import { type ErrorClass, SwarmError } from '../../core/errors.ts';
import type { Failure } from '../refusals.ts';
import { instructions, type Tool } from './tools.ts';

export interface Exchange {
  readonly tools: readonly Tool[];
  /** Of the package. */
  readonly version: string;
  /** Logs and counts a fault, and says what may be told of it. */
  readonly failureOf: (thrown: unknown) => Failure;
  /** Fires when nobody waits for the answer any more. */
  readonly gone: AbortSignal;
}

/** Answers one request, whose body was parsed as JSON. */
export async function exchange(request: Request, body: unknown, of: Exchange): Promise<Response> {
  const { McpServer, WebStandardStreamableHTTPServerTransport } = await import('./library.ts');
  const server = new McpServer({ name: 'swarmline', version: of.version }, { instructions });
  for (const tool of of.tools) {
    const { name, description, input: inputSchema, readOnly: readOnlyHint } = tool;
    server.registerTool(name, { description, inputSchema, annotations: { readOnlyHint } }, (args) =>
      answer(tool, args, of),
    );
  }
  const transport = new WebStandardStreamableHTTPServerTransport({ enableJsonResponse: true });
  await server.connect(transport);
  try {
    const response = await transport.handleRequest(request, { parsedBody: body });
    // Read to its end before the server that writes it is closed.
    return new Response(await response.text(), { status: response.status, headers: response.headers });
  } finally {
    await server.close();
  }
}

// A fault is an answer here: the model reads it, and may mend its call.
async function answer(tool: Tool, args: unknown, { gone, failureOf }: Exchange) {
  try {
    return { content: [{ type: 'text' as const, text: JSON.stringify(await tool.call(args, gone)) }] };
  } catch (thrown) {
    const { kind, message } = isCallers(thrown) ? thrown : failureOf(thrown);
    const text = `${kind.code}: ${message}. ${kind.hint}`;
    return { isError: true, content: [{ type: 'text' as const, text }] };
  }
}

const callersOwn: readonly ErrorClass[] = ['validation', 'not-found', 'conflict', 'auth'];

/** Whether the caller made it, and may read all of it. */
function isCallers(thrown: unknown): thrown is SwarmError {
  return thrown instanceof SwarmError && callersOwn.includes(thrown.kind.class);
}
