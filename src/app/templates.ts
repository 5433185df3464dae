// The operator's templates of a hand-over, looked at before anything starts.
import type { Finding } from '../core/checks/finding.ts';
import { loadTemplates } from '../pipeline/index.ts';

/** Nothing where there are none of their own. @throws SwarmError CONFIG_INVALID with every problem */
export async function inspectTemplates(folder: string | undefined): Promise<Finding[]> {
  if (folder === undefined) return [];
  await loadTemplates(folder);
  return [{ name: 'templates', state: 'ok', said: folder }];
}
