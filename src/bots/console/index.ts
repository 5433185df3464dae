// The console surface.
export { ConsoleBot } from './console.ts';
