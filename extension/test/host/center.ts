import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import * as vscode from 'vscode';
import { answering, extensionId, messages } from './help.ts';

/** A real Developer Center in a process of its own, as one that is not started from VS Code. */
export interface Center {
  readonly port: number;
  readonly url: string;
  readonly accessKey: string;
  readonly accessSecret: string;
  /** Ends it as a crash would (kill -9). Its data stay. */
  crash(): Promise<void>;
  /** Starts it again on its data, at the same address. */
  again(): Promise<void>;
  stop(): Promise<void>;
}

/** @param publicUrl the name under which it is reached, where that is not its own address */
export async function startCenter(publicUrl?: string): Promise<Center> {
  const extension = vscode.extensions.getExtension(extensionId)?.extensionPath ?? '';
  const data = mkdtempSync(path.join(tmpdir(), 'center-'));
  const port = await freePort();
  let child: ChildProcess;
  async function start(port: number): Promise<Record<string, string>> {
    const args = [path.join(extension, 'dist/otaplan.mjs'), 'server', '--data', data, '--port', String(port)];
    if (publicUrl !== undefined) args.push('--public-url', publicUrl);
    const started = spawn(process.execPath, args, {
      stdio: ['ignore', 'pipe', 'ignore'],
      env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
    });
    child = started;
    const line = await new Promise<string>((resolve, reject) => {
      createInterface({ input: started.stdout }).once('line', resolve);
      started.once('exit', (code) => reject(new Error(`Developer Center ended with ${code}.`)));
    });
    return JSON.parse(line);
  }
  const end = async (signal: NodeJS.Signals) => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    await gone;
  };
  const { url = '', accessKey = '', accessSecretFile = '' } = await start(port);
  return {
    port,
    url: publicUrl ?? new URL(url).origin,
    accessKey,
    accessSecret: readFileSync(accessSecretFile, 'utf8').trim(),
    crash: () => end('SIGKILL'),
    again: async () => void (await start(port)),
    async stop() {
      await end('SIGKILL');
      rmSync(data, { recursive: true, force: true });
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** What becomes of a request that comes by; `loseReply`: the server does it and its answer is lost; `hold`: it never gets there. */
export type Fate = 'pass' | 'loseReply' | 'hold';

/** A line to a server that can be disturbed. */
export interface Line {
  readonly url: string;
  readonly seen: string[];
  /** Requests that were held and whose sender gave them up. */
  readonly givenUp: string[];
  disturb(fate: (request: string) => Fate | Promise<Fate>): void;
  close(): void;
}

export async function lineTo(port: number): Promise<Line> {
  const seen: string[] = [];
  const givenUp: string[] = [];
  let fateOf: (request: string) => Fate | Promise<Fate> = () => 'pass';
  const server = createServer(async (asked: IncomingMessage, reply) => {
    const name = `${asked.method} ${asked.url?.split('?')[0]}`;
    seen.push(name);
    const fate = await fateOf(name);
    if (fate === 'hold') {
      reply.once('close', () => givenUp.push(name));
      asked.resume();
      return;
    }
    const { method, headers, url } = asked;
    const onward = send({ host: '127.0.0.1', port, method, headers, path: url }, (answer) => {
      if (fate === 'loseReply') {
        answer.resume();
        answer.once('end', () => reply.destroy());
        return;
      }
      reply.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(reply);
    });
    onward.on('error', () => reply.destroy());
    reply.once('close', () => onward.destroy());
    asked.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    givenUp,
    disturb(fate) {
      fateOf = fate;
    },
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** Adds a connection as a person does, and signs in when asked. @returns the messages that were shown */
export async function addConnection(
  name: string,
  server: string,
  account: { readonly accessKey: string; readonly accessSecret: string },
): Promise<readonly string[]> {
  const answers = [server, name, account.accessKey, account.accessSecret];
  const asked = await answering({ showInputBox: () => answers.shift() }, () =>
    vscode.commands.executeCommand('otaplan.addConnection'),
  );
  return messages(asked);
}

/** Takes a connection away, with its account. */
export async function removeConnection(name: string): Promise<void> {
  await answering({ showWarningMessage: (_, __, yes: never) => yes }, () =>
    vscode.commands.executeCommand('otaplan.removeConnection', name),
  );
}
