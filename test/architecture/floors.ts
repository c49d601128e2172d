/** The floors of the house (ARCHITECTURE.md): what each part may import of ours, and where each library is at home. */

export interface Part {
  readonly folder: string;
  readonly name: string;
  /** Names of our packages that its source may import. Tests may import any. */
  readonly mayImport: readonly string[];
}

export const parts: readonly Part[] = [
  { folder: 'packages/model', name: '@otaplan/model', mayImport: [] },
  { folder: 'packages/api', name: '@otaplan/api', mayImport: ['@otaplan/model'] },
  { folder: 'packages/language', name: '@otaplan/language', mayImport: ['@otaplan/model'] },
  { folder: 'packages/client', name: '@otaplan/client', mayImport: ['@otaplan/api', '@otaplan/model'] },
  {
    folder: 'packages/developer-center',
    name: '@otaplan/developer-center',
    mayImport: ['@otaplan/api', '@otaplan/model'],
  },
  { folder: 'packages/devices', name: '@otaplan/devices', mayImport: ['@otaplan/api', '@otaplan/model'] },
  { folder: 'packages/fleet', name: '@otaplan/fleet', mayImport: ['@otaplan/client', '@otaplan/model'] },
  {
    folder: 'packages/cli',
    name: 'otaplan',
    mayImport: [
      '@otaplan/model',
      '@otaplan/api',
      '@otaplan/language',
      '@otaplan/client',
      '@otaplan/fleet',
      '@otaplan/developer-center',
      '@otaplan/devices',
    ],
  },
  { folder: 'language-server', name: '@otaplan/language-server', mayImport: ['@otaplan/language', '@otaplan/model'] },
  {
    folder: 'extension',
    name: 'otaplan-vscode',
    mayImport: ['@otaplan/fleet', '@otaplan/client', '@otaplan/model', '@otaplan/language-server/protocol'],
  },
];

/** Libraries that live in one place (or the few named). A trailing `*` stands for any ending. */
export const homes: Readonly<Record<string, readonly string[]>> = {
  'temporal-polyfill': ['packages/model'],
  canonicalize: ['packages/model'],
  semver: ['packages/model'],
  zod: ['packages/api', 'packages/cli', 'packages/devices', 'packages/language', 'extension', 'language-server'],
  'zod-openapi': ['packages/api'],
  langium: ['packages/language', 'language-server'],
  chevrotain: ['packages/language'],
  undici: ['packages/client', 'packages/devices'],
  'jsonc-parser': ['packages/devices'],
  'eventsource-parser': ['packages/client'],
  hono: ['packages/developer-center'],
  '@hono/node-server': ['packages/developer-center'],
  pino: ['packages/developer-center'],
  'node:sqlite': ['packages/developer-center'],
  pg: ['packages/developer-center'],
  aws4fetch: ['packages/developer-center'],
  aedes: ['packages/developer-center'],
  mqtt: ['packages/developer-center', 'packages/devices'],
  commander: ['packages/cli'],
  vscode: ['extension'],
  'vscode-languageclient': ['extension'],
  'vscode-languageserver': ['language-server'],
};

/** What a part must not reach for, because it is passed in or belongs elsewhere. */
export const absences: readonly { readonly folder: string; readonly pattern: RegExp; readonly why: string }[] = [
  {
    folder: 'packages/model',
    pattern: /\bDate\.now\(|new Date\(\)|Math\.random\(|from 'node:/,
    why: 'the model is pure',
  },
  {
    folder: 'packages/language',
    pattern: /\bDate\.now\(|new Date\(\)|Math\.random\(/,
    why: 'the language knows no clock',
  },
  { folder: 'packages/language', pattern: /from 'node:/, why: 'the language also runs in a browser' },
  { folder: 'packages/language', pattern: /from 'vscode/, why: 'the language knows no editor' },
  { folder: 'packages/fleet', pattern: /from 'vscode/, why: 'the fleet knows nothing of VS Code' },
  { folder: 'packages/developer-center', pattern: /\.otaplan['"`]/, why: 'the service knows no .otaplan' },
  {
    folder: 'language-server',
    pattern: /from '(node:https?|node:net|undici)'/,
    why: 'the language server opens no socket',
  },
];
