// GET /metrics, for Prometheus. Open like the probes and on the same ports: it tells figures and names of parts, never
// an argument, a person or a secret; and whoever can reach it can reach /readyz, which tells more.
import type { FastifyInstance } from 'fastify';
import type { Scrape } from '../core/metrics/index.ts';

export type Scraper = () => Promise<Scrape>;

export function registerMetrics(server: FastifyInstance, scrape: Scraper): void {
  server.get('/metrics', async (_request, reply) => {
    const { contentType, text } = await scrape();
    return reply.header('content-type', contentType).header('cache-control', 'no-store').send(text);
  });
}
