/** The directions of imports: protocol ← client ← elements ← web ← server → asr, protocol ← server, and bench above all of them. */
module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'Modules that import each other cannot be read, tested or changed one by one.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-orphans',
      comment:
        'A module that nothing imports and that imports nothing is left over. The capture worklet is loaded by its address, and programs import the reading of templates.',
      severity: 'error',
      from: { orphan: true, pathNot: ['\\.d\\.ts$', '/capture-worklet\\.ts$', '/parse-template\\.ts$'] },
      to: {},
    },
    {
      name: 'no-unresolvable',
      comment: 'Every import must be found.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'no-dev-dependencies',
      comment: 'What ships must not need what only builds and tests need.',
      severity: 'error',
      // The page ships as one bundle, and builders do not ship.
      from: {
        path: '^(packages/[^/]+|lexicon|bench)/src',
        pathNot: ['^packages/web/src/(page|console|localize|build)/', '^packages/server/src/build/'],
      },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'protocol-imports-only-zod',
      comment:
        'The protocol does no I/O and runs in browsers. Only the writer of its reference touches a file.',
      severity: 'error',
      from: { path: '^packages/protocol/src', pathNot: '^packages/protocol/src/reference/main\\.ts$' },
      to: { pathNot: ['^packages/protocol/src', '^node_modules/zod/'] },
    },
    {
      name: 'client-is-small',
      comment:
        'The SDK brings nothing into a page but its own code and the codes and names of the protocol, and only Node gets a WebSocket.',
      severity: 'error',
      from: { path: '^packages/client/src', pathNot: '^packages/client/src/node\\.ts$' },
      to: { pathNot: ['^packages/client/src', '^packages/protocol/dist/(index|codes|names)\\.'] },
    },
    {
      name: 'client-imports-types',
      comment: 'Anything else of the protocol than its codes, its names and its types would bring zod along.',
      severity: 'error',
      from: { path: '^packages/client/src' },
      to: {
        path: '^packages/protocol/',
        pathNot: '^packages/protocol/dist/(codes|names)\\.',
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'codes-are-free-of-zod',
      comment: 'The SDK imports the codes of the protocol into pages.',
      severity: 'error',
      from: { path: '^packages/protocol/src/codes\\.ts$' },
      to: { reachable: true, path: '^node_modules/zod/' },
    },
    {
      name: 'names-are-free-of-zod',
      comment: 'The SDK imports the names of speakers into pages.',
      severity: 'error',
      from: { path: '^packages/protocol/src/names\\.ts$' },
      to: { dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'page-knows-only-the-sdk',
      comment:
        'The page runs in browsers and talks to the server as any page could: through the SDK and HTTP.',
      severity: 'error',
      from: { path: '^packages/web/src/page' },
      to: {
        pathNot: [
          '^packages/web/src/(page|localize)/',
          '^packages/client/dist/(index|node)\\.',
          '^node_modules/',
          '^packages/web/node_modules/',
        ],
      },
    },
    {
      name: 'elements-know-only-the-sdk',
      comment: 'Web components weigh little: they bring nothing into a page but themselves and the SDK.',
      severity: 'error',
      from: { path: '^packages/elements/src', pathNot: '^packages/elements/src/build/' },
      to: {
        pathNot: ['^packages/elements/src', '^packages/client/dist/(index|node|templates/parse-template)\\.'],
      },
    },
    {
      name: 'console-knows-the-page',
      comment:
        'The console shares with the page what both need: the login, the account, the look, and how the server is asked.',
      severity: 'error',
      from: { path: '^packages/web/src/console' },
      to: {
        pathNot: [
          '^packages/web/src/(console|localize)/',
          '^packages/web/src/page/(account|elements|exports|login|server|settings|state|transcript)/',
          '^packages/web/src/page/page\\.css$',
          '^packages/client/dist/(index|node)\\.',
          '^node_modules/',
          '^packages/web/node_modules/',
        ],
      },
    },
    {
      name: 'asr-stands-alone',
      comment: 'Speech recognition is a library of its own: it knows neither the wire nor the server.',
      severity: 'error',
      from: { path: '^packages/asr/src' },
      to: { path: ['^packages/(?!(asr|onnxruntime|weights)/)', '^bench/'] },
    },
    {
      name: 'opentelemetry-only-in-tracing',
      comment:
        'Its libraries are loaded only where traces are sent: everything else names types of the server.',
      severity: 'error',
      from: { path: '^packages/', pathNot: '^packages/server/(src/telemetry/tracing/|test/)' },
      to: { path: 'node_modules/@opentelemetry/' },
    },
    {
      name: 'asr-processes-and-network',
      comment:
        'Only the recognizer and the supervisors of decoders, and ffmpeg for files that nothing here decodes, start processes; only the model store may reach the network.',
      severity: 'error',
      from: {
        path: '^packages/asr/src',
        pathNot: [
          '^packages/asr/src/(recognizer|inference/scheduling|models)/',
          '^packages/asr/src/audio/containers/ffmpeg-process\\.ts$',
          '^packages/asr/src/audio/decoders/(confinement|decoder-process)\\.ts$',
        ],
      },
      to: {
        dependencyTypes: ['core'],
        path: '^(node:)?(child_process|cluster|worker_threads|dgram|dns|http|http2|https|net|tls)(/|$)',
      },
    },
    {
      name: 'inference-sides-apart',
      comment:
        'What schedules inference and what does it are in different processes, and may be on different machines: they know of each other what the messages say.',
      severity: 'error',
      from: { path: '^packages/asr/src/inference/(scheduling|worker)/' },
      to: {
        path: '^packages/asr/src/inference/(scheduling|worker)/',
        pathNot: '^packages/asr/src/inference/$1/',
      },
    },
    {
      name: 'inference-messages-stand-alone',
      comment: 'Both sides of the boundary, and any other, can read the messages and what a pool is asked.',
      severity: 'error',
      from: { path: '^packages/asr/src/inference/(messages/|inference-pool\\.ts$)' },
      to: { path: '^packages/asr/src/(inference/(scheduling|worker)|live|recognizer)/' },
    },
    {
      name: 'live-asks-a-pool',
      comment: 'Streams cannot tell processes of this machine from anything else that recognises speech.',
      severity: 'error',
      from: { path: '^packages/asr/src/live/' },
      to: { path: '^packages/asr/src/inference/(scheduling|worker)/' },
    },
    {
      name: 'families-by-the-list',
      comment: 'A model family is its folder and one line in the list: nothing else names it.',
      severity: 'error',
      from: {
        path: '^packages/asr/src/',
        pathNot: ['^packages/asr/src/families/[^/]+/', '^packages/asr/src/families/list\\.ts$'],
      },
      to: { path: '^packages/asr/src/families/[^/]+/' },
    },
    {
      name: 'families-know-no-other',
      comment: 'Families share what decoding and the store offer, and nothing with one another.',
      severity: 'error',
      from: { path: '^packages/asr/src/families/([^/]+)/' },
      to: { path: '^packages/asr/src/families/[^/]+/', pathNot: '^packages/asr/src/families/$1/' },
    },
    {
      name: 'decoders-start-nothing',
      comment: 'What runs in a decoder has neither files nor processes: the server does both for it.',
      severity: 'error',
      from: { path: '^packages/asr/src/audio/decoders/decoder-main\\.ts$' },
      to: {
        reachable: true,
        path: [
          '^packages/asr/src/audio/recording\\.ts$',
          '^packages/asr/src/audio/containers/ffmpeg-process\\.ts$',
          '^packages/asr/src/audio/decoders/(confinement|decoder-process|run-decoder|decode-apart)\\.ts$',
        ],
      },
    },
    {
      name: 'live-speaks-no-dialect',
      comment:
        'The core of live sessions knows commands and events. Only what puts the server together knows the list of dialects.',
      severity: 'error',
      from: {
        path: '^packages/server/src',
        pathNot: ['^packages/server/src/live/dialects/', '^packages/server/src/app\\.ts$'],
      },
      to: { path: '^packages/server/src/live/dialects/' },
    },
    {
      name: 'dialects-by-the-list',
      comment: 'A dialect is its folder and one line in the list: nothing else names it.',
      severity: 'error',
      from: { path: '^packages/server/src/app\\.ts$' },
      to: { path: '^packages/server/src/live/dialects/[^/]+/' },
    },
    {
      name: 'dialects-know-no-other',
      comment: 'Dialects share what the core offers, and nothing with one another.',
      severity: 'error',
      from: { path: '^packages/server/src/live/dialects/([^/]+)/' },
      to: {
        path: '^packages/server/src/live/dialects/',
        pathNot: '^packages/server/src/live/dialects/$1/',
      },
    },
    {
      name: 'dialects-do-no-work-of-the-core',
      comment:
        'Of the core a dialect sees its interface: commands, events and types. Limits, records and permissions are not its business.',
      severity: 'error',
      from: { path: '^packages/server/src/live/dialects/[^/]+/' },
      to: {
        path: '^packages/server/src/(live|records|access|audit|db|storage|telemetry)/',
        pathNot: '^packages/server/src/live/dialects/',
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'packages-by-their-entry',
      comment:
        'What a package exports is its index; the rest may change at any time. All tests share the clips.',
      severity: 'error',
      from: { path: '^(packages/[^/]+|bench)/' },
      to: {
        path: '^packages/([^/]+)/',
        pathNot: [
          '^$1/',
          '^packages/[^/]+/dist/(index|node|key-terms|codes|names|scheduling|templates/parse-template)\\.',
          '^packages/onnxruntime/index\\.',
          '^packages/asr/test/clips/',
        ],
      },
    },
    {
      name: 'nothing-imports-bench',
      comment: 'Benchmarks and the fuzzer stand above all packages.',
      severity: 'error',
      from: { path: '^packages/' },
      to: { path: '^(bench|fuzz)/' },
    },
    {
      name: 'only-bench-imports-server',
      comment: 'The server is the top of the packages.',
      severity: 'error',
      from: { path: '^packages/(?!server/)' },
      to: { path: '^packages/server/' },
    },
  ],
  options: {
    // Imports of other packages resolve to what they built; their sources are read on their own.
    doNotFollow: { path: ['node_modules', '/dist/'] },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default'],
    },
  },
};
