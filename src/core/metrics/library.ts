// prom-client, for an import at the moment that it is needed. A bundler can keep the names of a CommonJS library only
// where the import is static, which is why this file exists.
import * as prometheus from 'prom-client';

export { prometheus };
