// A vitest reporter that writes down what test.mjs counts: with the reasons of skipped tests, which the JSON reporter drops.
import { writeFileSync } from 'node:fs';
import { relative } from 'node:path';

/** The variable that names the file to write. */
export const reportFileVariable = 'SWARMLINE_TEST_REPORT';

export default class {
  onTestRunEnd(modules, unhandledErrors) {
    const tests = modules.flatMap((module) => [...module.children.allTests()].map(toEntry));
    const broken = modules
      .filter((module) => module.errors().length > 0)
      .map((module) => ({
        name: `${fileOf(module)}: the file itself`,
        file: fileOf(module),
        state: 'failed',
        note: '',
      }));
    const unhandled = unhandledErrors.map((error) => ({
      name: `unhandled: ${error.message}`,
      file: '',
      state: 'failed',
      note: '',
    }));
    writeFileSync(process.env[reportFileVariable], JSON.stringify([...tests, ...broken, ...unhandled]));
  }
}

function toEntry(test) {
  const { state, note = '' } = test.result();
  const file = fileOf(test.module);
  // A test that never ran, because the run broke off, did not pass.
  return {
    name: `${file} > ${test.fullName}`,
    file,
    state: state === 'pending' ? 'failed' : state,
    note: note || '',
  };
}

function fileOf(module) {
  return relative(process.cwd(), module.moduleId);
}
