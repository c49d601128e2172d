import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {
  createMessageConnection,
  type MessageConnection,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-jsonrpc/node';

const root = path.resolve(import.meta.dirname, '../..');

/** Answers a signal with the memory in use, and takes out the pause that the YAML server makes before it validates. */
const preload = path.join(root, 'test/bench/preload.mjs');

/** How a server is started, and what it is told. */
export interface ServerKind {
  readonly name: string;
  readonly command: readonly string[];
  readonly languageId: string;
  readonly ending: string;
  readonly settings: unknown;
  /** Sent once after the start. */
  readonly after?: (connection: MessageConnection) => Promise<void>;
}

export function otaplanServer(): ServerKind {
  const bundle = path.join(root, 'language-server/dist/bundle/language-server.cjs');
  return {
    name: 'otaplan',
    command: [process.execPath, '--max-semi-space-size=4', '--expose-gc', '--import', preload, bundle, '--stdio'],
    languageId: 'otaplan',
    ending: '.otaplan',
    settings: {},
  };
}

export function yamlServer(schema: object): ServerKind {
  return {
    name: 'yaml',
    command: [
      process.execPath,
      '--expose-gc',
      '--import',
      preload,
      path.join(root, 'test/node_modules/yaml-language-server/bin/yaml-language-server'),
      '--stdio',
    ],
    languageId: 'yaml',
    ending: '.yaml',
    settings: {
      validate: true,
      completion: true,
      hover: true,
      schemaStore: { enable: false },
      schemas: {},
      maxItemsComputed: 100_000,
    },
    after: async (connection) => {
      await connection.sendNotification('json/schemaAssociations', [
        { fileMatch: ['*.yaml'], uri: 'file:///bench/schema.json', schema },
      ]);
    },
  };
}

export function nullServer(): ServerKind {
  return {
    name: 'null',
    command: [process.execPath, path.join(root, 'test/bench/null-server.ts'), '--stdio'],
    languageId: 'otaplan',
    ending: '.otaplan',
    settings: {},
  };
}

/** One server over stdio, and the instants at which it said something. */
export class Driver {
  readonly kind: ServerKind;
  readonly process: ChildProcess;
  readonly connection: MessageConnection;
  /** Documents for which something was published, with when. */
  readonly published = new Map<string, { at: number; version: number | undefined; findings: number }>();
  private waiting: (() => void)[] = [];
  private readonly memoryFile: string;

  private constructor(kind: ServerKind) {
    this.kind = kind;
    const [file = '', ...args] = kind.command;
    this.memoryFile = path.join(os.tmpdir(), `otaplan-bench-${process.pid}-${kind.name}.json`);
    const env = { ...process.env, BENCH_MEMORY: this.memoryFile };
    this.process = spawn(file, args, { stdio: ['pipe', 'pipe', 'ignore'], env });
    if (!this.process.stdin || !this.process.stdout) throw new Error('The server has no pipes.');
    this.connection = createMessageConnection(
      new StreamMessageReader(this.process.stdout),
      new StreamMessageWriter(this.process.stdin),
    );
    this.connection.onNotification(
      'textDocument/publishDiagnostics',
      (said: { uri: string; version?: number; diagnostics: unknown[] }) => {
        this.published.set(said.uri, {
          at: performance.now(),
          version: said.version,
          findings: said.diagnostics.length,
        });
        for (const wake of this.waiting.splice(0)) wake();
      },
    );
    this.connection.onRequest((method, params) => {
      if (method !== 'workspace/configuration') return null;
      return (params as { items: { section?: string }[] }).items.map(({ section }) =>
        section === 'yaml' ? kind.settings : {},
      );
    });
    this.connection.listen();
  }

  static async start(kind: ServerKind, folder?: string): Promise<Driver> {
    const driver = new Driver(kind);
    const folders = folder === undefined ? null : [{ uri: folder, name: 'bench' }];
    await driver.connection.sendRequest('initialize', {
      processId: process.pid,
      rootUri: folder ?? null,
      workspaceFolders: folders,
      initializationOptions: { now: Date.UTC(2026, 10, 24, 10) },
      capabilities: {
        workspace: { configuration: true, workspaceFolders: true },
        textDocument: {
          publishDiagnostics: { versionSupport: true },
          completion: { completionItem: { snippetSupport: true } },
        },
      },
    });
    await driver.connection.sendNotification('initialized', {});
    await kind.after?.(driver.connection);
    return driver;
  }

  async open(uri: string, text: string): Promise<number> {
    this.published.delete(uri);
    const began = performance.now();
    await this.connection.sendNotification('textDocument/didOpen', {
      textDocument: { uri, languageId: this.kind.languageId, version: 1, text },
    });
    await this.until(() => this.published.has(uri));
    return performance.now() - began;
  }

  /** Milliseconds from an edit to the findings that follow it. */
  async edit(uri: string, version: number, line: number, from: number, to: number, text: string): Promise<number> {
    this.published.delete(uri);
    const began = performance.now();
    await this.connection.sendNotification('textDocument/didChange', {
      textDocument: { uri, version },
      contentChanges: [{ range: { start: { line, character: from }, end: { line, character: to } }, text }],
    });
    // Findings of an earlier text may still be on their way; a server that says no version is believed.
    await this.until(() => {
      const said = this.published.get(uri);
      return said !== undefined && (said.version === undefined || said.version === version);
    });
    return (this.published.get(uri)?.at ?? 0) - began;
  }

  async until(holds: () => boolean): Promise<void> {
    while (!holds()) {
      await new Promise<void>((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error(`${this.kind.name}: waited two minutes in vain`)), 120_000);
        this.waiting.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
  }

  /** Resident memory in MB. */
  memory(): number {
    const status = readFileSync(`/proc/${this.process.pid}/status`, 'utf8');
    return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
  }
  /** Heap in MB after a collection. */
  async heap(): Promise<number> {
    rmSync(this.memoryFile, { force: true });
    this.process.kill('SIGUSR2');
    while (!existsSync(this.memoryFile)) await new Promise((resolve) => setTimeout(resolve, 20));
    const text = readFileSync(this.memoryFile, 'utf8');
    rmSync(this.memoryFile, { force: true });
    return (JSON.parse(text) as { heapUsed: number }).heapUsed / 1024 / 1024;
  }
  /** CPU used so far, in ms. */
  cpu(): number {
    const stat = readFileSync(`/proc/${this.process.pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) * 10;
  }

  async stop(): Promise<void> {
    const gone = new Promise<void>((resolve) => this.process.once('exit', () => resolve()));
    this.connection.dispose();
    this.process.kill();
    await gone;
  }
}

export interface Spread {
  readonly p50: number;
  readonly p95: number;
}
export function spread(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const pick = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return { p50: pick(0.5), p95: pick(0.95) };
}
