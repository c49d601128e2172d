import { spawn } from 'node:child_process';
import path from 'node:path';
import { expect, it } from 'vitest';
import { createMessageConnection, StreamMessageReader, StreamMessageWriter } from 'vscode-jsonrpc/node';

const server = path.resolve(import.meta.dirname, '../../language-server/src/node.ts');

/** Starts a server over stdio, says what is to be said, closes its input, and gives the code with which it ends. */
async function endOf(...said: ('shutdown' | 'exit')[]): Promise<number | null> {
  const child = spawn(process.execPath, [server, '--stdio'], { stdio: ['pipe', 'pipe', 'inherit'] });
  const gone = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const connection = createMessageConnection(
    new StreamMessageReader(child.stdout),
    new StreamMessageWriter(child.stdin),
  );
  connection.listen();
  const talk = async () => {
    await connection.sendRequest('initialize', { processId: process.pid, rootUri: null, capabilities: {} });
    if (said.includes('shutdown')) await connection.sendRequest('shutdown');
    if (said.includes('exit')) await connection.sendNotification('exit');
    child.stdin.end();
  };
  await Promise.race([talk(), gone]);
  const code = await gone;
  connection.dispose();
  return code;
}

it.each([
  [0, ['shutdown', 'exit']],
  [0, ['shutdown']],
  [1, ['exit']],
  [1, []],
] as const)('ends with %i when the input ends after [%s]', async (code, said) => {
  expect(await endOf(...said)).toBe(code);
});
