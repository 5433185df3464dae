// cockatiel, for an import at the moment that it is needed. A bundler can keep the names of a CommonJS library only
// where the import is static, which is why this file exists. Of its own guards for errors, 3.2 has two that ask for the
// wrong mark (`isTaskCancelledError`, `isIsolatedCircuitError`), so it is asked by class.
import {
  bulkhead,
  CircuitState,
  ConsecutiveBreaker,
  circuitBreaker,
  DelegateBackoff,
  handleWhen,
  BrokenCircuitError,
  BulkheadRejectedError,
  IsolatedCircuitError,
  TaskCancelledError,
  retry,
  TimeoutStrategy,
  timeout,
} from 'cockatiel';

export {
  bulkhead,
  CircuitState,
  ConsecutiveBreaker,
  circuitBreaker,
  DelegateBackoff,
  handleWhen,
  BrokenCircuitError,
  BulkheadRejectedError,
  IsolatedCircuitError,
  TaskCancelledError,
  retry,
  TimeoutStrategy,
  timeout,
};
