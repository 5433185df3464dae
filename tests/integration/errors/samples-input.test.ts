import { describe, expect, it } from 'vitest';
import { domainErrors } from '../../../src/contracts/errors.ts';
import { toSwarmError } from '../../../src/core/errors.ts';
import { inputFault } from '../../../src/core/input-faults.ts';
import { inputSamples } from './input.ts';
import { expectVerdict } from './sample.ts';

describe('what zod and JSON.parse raise', () => {
  it.for(inputSamples)('$what: $is', (sample) =>
    expectVerdict(sample, null, (thrown) => inputFault(thrown) ?? toSwarmError(thrown)),
  );

  it('becomes the kind that the border has for it', () => {
    const refused = inputFault(new SyntaxError('no JSON'), domainErrors.requestInvalid);
    expect(refused?.code).toBe('REQUEST_INVALID');
  });

  it('is told from everything else', () => {
    expect(inputFault(new TypeError('a mistake of ours'))).toBeNull();
  });
});
