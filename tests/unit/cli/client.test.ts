// The client of the HTTP face, against a port that somebody else holds.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { connectClient } from '../../../src/cli/client.ts';

it('says that it does not understand whoever else answers at the port of Swarmline', async () => {
  const server = createServer((_request, response) => response.end('<html>It works!</html>'));
  onTestFinished(() => void server.close());
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const client = await connectClient({
    env: { SWARMLINE_API_PORT: String(port), SWARMLINE_HOME: '/no/such/home' },
    root: join(import.meta.dirname, '../../..'),
    stopped: new AbortController().signal,
  });
  await expect(client.run({ line: 'status', dryRun: false }, 'key')).rejects.toMatchObject({
    code: 'INPUT_INVALID',
    message: expect.stringContaining('JSON'),
  });
});
