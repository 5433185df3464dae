// Read models and confirmations as commands see them: whatever a Redis client throws is converted once, here.
// What Redis does answer but cannot be understood is another fault, and is not told as an outage.
import { SwarmError } from '../core/errors.ts';
import { redisFault } from '../core/redis-faults.ts';

/** Wraps each method of `model`; errors that are ours already pass through. */
export function overRedis<T extends { readonly [K in keyof T]: (...args: never[]) => Promise<unknown> }>(
  model: T,
): T {
  return new Proxy(model, {
    get: (target, property, receiver) => {
      const member: unknown = Reflect.get(target, property, receiver);
      if (typeof member !== 'function') return member;
      return async (...args: readonly unknown[]): Promise<unknown> => {
        try {
          return await Reflect.apply(member, target, args);
        } catch (cause) {
          if (cause instanceof SwarmError) throw cause;
          const { kind, message } = redisFault(cause);
          throw new SwarmError(kind, `${String(property)}: ${message}`, { cause });
        }
      };
    },
  });
}
