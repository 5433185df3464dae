// The doors of an agent in the description.
import { z } from 'zod';
import { progressWordsSchema } from '../../contracts/progress.ts';
import { mcpQuery } from '../mcp/route.ts';
import { agentParam, gasParam, gasQuery } from '../routes/agents.ts';
import { ackBody } from '../routes/outcomes.ts';
import { bodyOf, inPath, inQuery, operation, partsOf } from './parts.ts';
import { answerOf, behindTheDoor, type Json, withBody } from './responses.ts';

/** The paths of all of them. */
export function agentPaths(): Record<string, Json> {
  return {
    '/mcp': mcpPath(),
    '/v1/agents/{id}/progress': {
      put: {
        ...operation('report_progress', 'agents', 'How far an agent is with its mission', {
          ...behindTheDoor,
          ...withBody,
          200: answerOf('Taken and stored; or told before, which changes nothing', 'ProgressAnswer'),
          404: answerOf('No such agent is configured', 'Failure'),
          409: answerOf('Somebody else kept changing it; try again', 'Failure'),
        }),
        parameters: [agentInPath()],
        requestBody: bodyOf(progressWordsSchema),
      },
    },
    '/v1/agents/{id}/gas': {
      get: {
        ...operation(
          'fetch_gas',
          'agents',
          'All gas that an agent has not acknowledged, waited for if need be',
          {
            ...behindTheDoor,
            200: answerOf('Oldest first; empty when none came in time', 'Gas'),
            404: answerOf('No such agent is configured', 'Failure'),
            409: answerOf('Its gas is not kept here', 'Failure'),
          },
        ),
        parameters: [agentInPath(), ...inQuery(gasQuery)],
      },
    },
    '/v1/agents/{id}/gas/{gasId}/ack': {
      post: {
        ...operation('acknowledge_gas', 'agents', 'The agent has a gas, or works on it', {
          ...behindTheDoor,
          ...withBody,
          200: answerOf('The delivery as it is now', 'Delivery'),
          404: answerOf('There is no such agent, or it has no such gas', 'Failure'),
          409: answerOf('It is still on its way, or was given to another agent', 'Failure'),
        }),
        parameters: [agentInPath(), inPath('gasId', partsOf(gasParam)['gasId'] ?? {})],
        requestBody: { ...bodyOf(ackBody), required: false },
      },
    },
  };
}

/** MCP has a description of its own; here is what carries it. */
function mcpPath(): Json {
  const said = 'A message of the Model Context Protocol: an answer, or what is wrong with the request';
  return {
    post: {
      ...operation('mcp', 'agents', 'The tools of an agent, as MCP over streamable HTTP', {
        ...behindTheDoor,
        ...withBody,
        200: answerOf('The answer', 'JsonRpc'),
        202: { description: 'A notification was taken' },
        400: answerOf(said, 'JsonRpc', 'Failure'),
        406: answerOf(said, 'JsonRpc'),
      }),
      parameters: inQuery(mcpQuery),
      requestBody: bodyOf(z.looseObject({ jsonrpc: z.literal('2.0') })),
    },
  };
}

function agentInPath(): Json {
  return inPath('id', partsOf(agentParam)['id'] ?? {});
}
