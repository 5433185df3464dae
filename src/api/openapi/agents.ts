// The doors of an agent in the description.
import { progressWordsSchema } from '../../contracts/progress.ts';
import { agentParam } from '../routes/agents.ts';
import { bodyOf, inPath, operation, partsOf } from './parts.ts';
import { answerOf, behindTheDoor, type Json, withBody } from './responses.ts';

/** The paths of all of them. */
export function agentPaths(): Record<string, Json> {
  return {
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
  };
}

function agentInPath(): Json {
  return inPath('id', partsOf(agentParam)['id'] ?? {});
}
