// Commands: one surface for every place that people type in.
export { silentAfterMs } from './catalogue/services.ts';
export { catalogue } from './catalogue/all.ts';
export { createIntake } from './intake.ts';
export { nearest, usage } from './parse.ts';
export { answerLine, answerLines, formatAge, reportLine, rowText } from './render.ts';
export {
  type CommandIntake,
  type Decision,
  type Invocation,
  type RefusalCode,
  type Reply,
  refusalCodes,
} from './reply.ts';
export type { Action, ArgSpec, CommandSpec, Question } from './spec.ts';
