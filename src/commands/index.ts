// Commands: one surface for every place that people type in.
export { argsInOrder } from './arg-order.ts';
export { emptyWindow, isEmptyWindow, parseAuditFilter } from './audit-filter.ts';
export { usage } from './bind.ts';
export { catalogue, catalogueFor } from './catalogue/all.ts';
export { silentAfterMs } from './catalogue/services.ts';
export { type Completer, createCompleter } from './complete.ts';
export { createIntake } from './intake.ts';
export { nearest, parseInvocation } from './parse.ts';
export { answerLine, answerLines, formatAge, reportLine, rowText } from './render.ts';
export {
  type CommandIntake,
  type Decision,
  type Invocation,
  type RefusalCode,
  type Reply,
  refusalCodes,
} from './reply.ts';
export {
  type Action,
  type ArgSpec,
  type Change,
  type CommandSpec,
  type Danger,
  hasSecret,
  type Question,
} from './spec.ts';
