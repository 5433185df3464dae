// The law of the layers: imports point down only, features are strangers, vendors stay home.
// It is not advice: `npm run check` fails on it, and tests/drift/layers.test.ts breaks each rule once on purpose.

/** Features that must not know each other; they meet in app, through the ports of contracts. */
const strangers = 'queue|pipeline|bridge|hub|fleet';

/** `gas replay` and `gas simulate` load little; through the pipeline's face they would load node-cron and the watcher first. */
const replayFile = '^src/pipeline/(replay|simulation/run)\\.ts$';

/** `config check` reads schemas and must be quick; the faces would load what the schemas configure. */
const configFiles = '^src/(bots/)?[^/]+/config\\.ts$';

/** What stands in for a configuration where there is none, for `config explain`. */
const demoLayerFile = '^src/demo/config-layer\\.ts$';

/** A sidecar stands beside every program: it must not load the platform that app's face wires. */
const sidecarFile = '^src/app/sidecar\\.ts$';

/** `ps` and `down` read who runs; they must work when the platform does not. */
const runNotesFile = '^src/app/pid-lock\\.ts$';

/** What a folder of src may import, beside itself. One rule each. */
const layers = {
  core: {
    may: [],
    because:
      'core is mechanism: the moment it knows a word of the domain, it cannot be reused by the next feature.',
  },
  contracts: {
    may: ['core'],
    because: 'contracts are words; words that need a feature to be said belong to that feature.',
  },
  queue: { may: ['contracts', 'core'], because: strangersMeetInApp('the bridge or the pipeline') },
  pipeline: { may: ['contracts', 'core'], because: strangersMeetInApp('the queue that carries its gas') },
  bridge: { may: ['contracts', 'core'], because: strangersMeetInApp('the queue that asks it to restart') },
  hub: { may: ['contracts', 'core'], because: strangersMeetInApp('the bridge it feeds') },
  fleet: { may: ['contracts', 'core'], because: strangersMeetInApp('the hub it grows') },
  access: {
    may: ['contracts', 'core'],
    because:
      'who may do what is decided without knowing which command asks; else a command could decide for itself.',
  },
  commands: {
    may: ['access', 'contracts', 'core'],
    because:
      'a command reads ports and enqueues jobs; it works the same whatever feature is behind the port.',
  },
  bots: {
    may: ['commands', 'access', 'contracts', 'core'],
    because: 'a surface that reaches a feature directly goes round rights, confirmation and audit.',
  },
  api: {
    may: ['commands', 'access', 'contracts', 'core'],
    because: 'HTTP is a surface like the bots: the same door, the same rights.',
  },
  app: {
    may: ['bots', 'api', 'commands', 'access', 'contracts', 'core', ...strangers.split('|')],
    because:
      'app wires what is below it; what starts app (cli) and what plays the world around it (demo) are above.',
  },
  demo: {
    may: ['bridge', 'contracts', 'core'],
    because:
      'the demo world acts from outside, through files and RabbitMQ, so that what it shows is true; it takes the bridge as any outside program would, to speak on the bus and to run sidecars.',
  },
  cli: {
    may: ['app', 'demo', 'api', 'commands', 'access', 'contracts', 'core'],
    except: [replayFile],
    because:
      'app is the only one that sees several features. Exception: the files of `gas replay` and `gas simulate`.',
  },
};

/** Where a library may be imported. A second place for the same library is a second adapter to keep alive. */
const homes = {
  'discord.js': {
    at: 'bots/discord/',
    because: 'its import costs 0.65 s and its types would leak into every answer.',
  },
  'tmi.js': { at: 'bots/twitch/', because: 'it is frozen; the day it breaks, one folder is rewritten.' },
  bullmq: {
    at: 'queue/',
    because: 'retries, locks and ids of jobs are decided once; others enqueue through JobSink.',
  },
  amqplib: {
    at: 'bridge/',
    because: 'it restores neither channels nor consumers after a reconnect; our layer does.',
  },
  '@bull-board': {
    at: '(api|queue)/',
    because: 'its page is served behind the door of the api, over the queues that only queue may open.',
  },
  '@modelcontextprotocol': {
    at: '(api/mcp|cli/commands)/',
    because: 'an agent that speaks it is one more surface: the tools stand behind the door of the api, once.',
  },
  fastify: { at: '(api|hub)/', because: 'HTTP ends at the surface.' },
  ioredis: {
    at: 'core/redis\\.ts$',
    because: 'a client without its time-outs and error listener hangs or crashes.',
  },
  pino: { at: 'core/logger\\.ts$', because: 'redaction of secrets is configured once.' },
  'node-cron': {
    at: 'pipeline/',
    because: 'a tick must become a job with a derived id, or two replicas fire twice.',
  },
  chokidar: {
    at: 'pipeline/',
    because: 'watching loses events; only the pipeline has the sweep that finds them.',
  },
  minisearch: {
    at: 'pipeline/brain/',
    because: 'the index is made of what lies in Redis; a second one would know something else.',
  },
  cockatiel: {
    at: 'core/recovery/',
    because: 'how a fault is treated follows from its class, decided once.',
  },
  'prom-client': {
    at: 'core/metrics/',
    because: 'its default registry is a singleton, and names and labels are bounded in one place.',
  },
  '@opentelemetry': {
    at: 'core/tracing/',
    because: 'tracing is optional: whoever imports it elsewhere makes everybody pay for it.',
  },
  commander: { at: 'cli/', because: 'argv is read in one place.' },
};

function strangersMeetInApp(other) {
  return `features are strangers: one that calls ${other} directly cannot run in another process, nor be tested alone.`;
}

const layerRules = Object.entries(layers).map(([layer, { may, except = [], because }]) => ({
  name: `layer-${layer}`,
  comment: because,
  severity: 'error',
  from: { path: `^src/${layer}/` },
  to: { path: '^src/', pathNot: [`^src/(${[layer, ...may].join('|')})/`, ...except] },
}));

const homeRules = Object.entries(homes).map(([vendor, { at, because }]) => ({
  name: `home-${vendor}`,
  comment: because,
  severity: 'error',
  from: { path: '^src/', pathNot: `^src/${at}` },
  to: { path: `(^|/)node_modules/(@types/)?${vendor.replace('.', '\\.')}/` },
}));

const otherRules = [
  {
    name: 'only-known-layers',
    comment: 'a new folder of src has no law until it is written into the table of layers above.',
    severity: 'error',
    from: {},
    to: { path: '^src/', pathNot: `^src/(${Object.keys(layers).join('|')})/` },
  },
  {
    name: 'through-the-face',
    comment:
      "a feature's face is its index.ts (each bot has its own); what is behind it may change without asking. Exceptions: the files of `gas replay`, `gas simulate`, `sidecar`, `config`, `ps` and `down`, which must load little.",
    severity: 'error',
    from: { path: '^src/([^/]+)/' },
    to: {
      path: `^src/(${strangers}|access|commands|bots|api|app|demo|cli)/`,
      pathNot: [
        '^src/$1/',
        '^src/(bots/)?[^/]+/index\\.ts$',
        replayFile,
        sidecarFile,
        configFiles,
        demoLayerFile,
        runNotesFile,
      ],
    },
  },
  {
    name: 'no-cycle',
    comment: 'two files in a circle are one file; also when only types go round.',
    severity: 'error',
    from: {},
    to: { circular: true },
  },
  {
    name: 'no-orphan',
    comment: 'a file that imports nothing and that nobody imports is not part of the program.',
    severity: 'error',
    from: { path: '^src/', orphan: true, pathNot: '^src/cli/main\\.ts$' },
    to: {},
  },
  {
    name: 'src-stands-alone',
    comment: 'what is shipped is src; tests and scripts are not there.',
    severity: 'error',
    from: { path: '^src/' },
    to: { path: '^(tests|scripts|bin|dist)/' },
  },
  {
    name: 'no-dev-dependency',
    comment: 'an installation without devDependencies must run.',
    severity: 'error',
    from: { path: '^src/' },
    to: { dependencyTypes: ['npm-dev'], pathNot: '/node_modules/@types/|^node_modules/@types/' },
  },
  {
    name: 'resolvable',
    comment: 'what cannot be resolved matches no rule above, so the law would not hold for it.',
    severity: 'error',
    from: { path: '^src/' },
    to: { couldNotResolve: true },
  },
];

export default {
  forbidden: [...layerRules, ...homeRules, ...otherRules],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      extensions: ['.ts', '.mjs', '.js', '.cjs', '.json', '.d.ts'],
    },
  },
};
