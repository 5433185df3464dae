// The description and the server: each of its routes is there, and nothing behind the door is there beside them.
import { describe, expect } from 'vitest';
import { catalogue } from '../../../src/commands/index.ts';
import { it } from '../../support/fixtures.ts';
import { open } from './rig.ts';

describe('the description of the HTTP face', () => {
  it('is served to whoever has a key, and to nobody else', async ({ redis, prefix }) => {
    const { call, port } = await open(redis, prefix);
    const { status, body } = await call('GET', '/openapi.json');
    expect([status, body.openapi, body.info.title]).toEqual([200, '3.1.0', 'Swarmline']);
    expect((await fetch(`http://127.0.0.1:${port}/openapi.json`)).status).toBe(401);
  });

  it('names no route that is not served', async ({ redis, prefix }) => {
    const { call, port } = await open(redis, prefix);
    const { body } = await call('GET', '/openapi.json');
    const routes = Object.entries(body.paths).flatMap(([path, methods]) =>
      Object.keys(Object(methods)).map(
        (method) => [method.toUpperCase(), path.replaceAll(/\{\w+\}/g, 'x')] as const,
      ),
    );
    expect(routes.length).toBeGreaterThan(catalogue.length + 8);
    const unknown: string[] = [];
    for (const [method, path] of routes) {
      const response = await fetch(`http://127.0.0.1:${port}${path}`, { method });
      const text = await response.text();
      // Without a key every route behind the door is 401; one that is not served is 404 or 405.
      if (response.status === 405 || (response.status === 404 && !text.includes('no check'))) {
        if (path !== '/metrics') unknown.push(`${method} ${path}`);
      }
    }
    expect(unknown).toEqual([]);
  });

  it.for(catalogue.map(({ name }) => name.replaceAll(' ', '-')))(
    'tells how every command is used, and it answers so: %s',
    async (slug, { redis, prefix }) => {
      const { post } = await open(redis, prefix);
      const spec = catalogue.find(({ name }) => name.replaceAll(' ', '-') === slug);
      const args = Object.fromEntries((spec?.args ?? []).map(({ name }) => [name, '1']));
      const answer = await post(`/v1/commands/${slug}`, { args, dryRun: true });
      expect([200, 400, 403, 404, 503]).toContain(answer.status);
      expect(answer.body.kind).toMatch(/^(answer|confirm|refusal|accepted)$/);
    },
  );
});
