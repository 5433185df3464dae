// The door for faults: counted by code, told to all who listen.
import { expect, it } from 'vitest';
import { coreErrors, SwarmError } from '../../../src/core/errors.ts';
import { Faults } from '../../../src/core/faults.ts';

const away = () => new SwarmError(coreErrors.redisUnavailable, 'no answer');
const odd = () => new SwarmError(coreErrors.unexpected, 'what?');

it('counts faults by their code', () => {
  const faults = new Faults();
  for (const error of [away(), odd(), away()]) faults.fault(error, 'job gas.deliver');
  expect(faults.counts()).toEqual({ REDIS_UNAVAILABLE: 2, UNEXPECTED: 1 });
});

it('tells every listener what it was and where, until it leaves', () => {
  const faults = new Faults();
  const heard: string[] = [];
  const leave = faults.listen(({ code }, where) => heard.push(`a ${code} ${where}`));
  faults.listen(({ code }) => heard.push(`b ${code}`));
  faults.fault(away(), 'api');
  leave();
  faults.fault(odd(), 'api');
  expect(heard).toEqual(['a REDIS_UNAVAILABLE api', 'b REDIS_UNAVAILABLE', 'b UNEXPECTED']);
});

it('lets a listener that throws keep nobody from hearing', () => {
  const faults = new Faults();
  const heard: string[] = [];
  faults.listen(() => {
    throw odd();
  });
  faults.listen(({ code }) => heard.push(code));
  faults.fault(away(), 'api');
  expect(heard).toEqual(['REDIS_UNAVAILABLE']);
});
