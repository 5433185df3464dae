// Commands: one surface for every place that people type in.
export { silentAfterMs } from './catalogue/services.ts';
export { catalogue } from './catalogue/all.ts';
export { createIntake } from './intake.ts';
export { answerLine, answerLines, formatAge, reportLine, rowText } from './render.ts';
export type { CommandIntake, Decision, Invocation, RefusalCode, Reply } from './reply.ts';
export type { Action, ArgSpec, CommandSpec, Danger, Question } from './spec.ts';
