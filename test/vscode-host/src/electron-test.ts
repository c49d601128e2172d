#!/usr/bin/env node
/**
 * The tests of the extension host in a desktop VS Code, by @vscode/test-electron: in the one that `VSCODE_EXECUTABLE` names, else in one
 * that it downloads. Where neither is to be had they are skipped, and the reason is printed: the same tests run in VS Code's server.
 */
import path from 'node:path';
import { downloadAndUnzipVSCode, runTests } from '@vscode/test-electron';
import { createProfile, quietSettings } from './vscode-server.ts';

const root = path.resolve(import.meta.dirname, '../../..');
const extension = path.join(root, 'extension');

/** Path of a VS Code, or why there is none. */
async function executable(): Promise<string | Error> {
  const named = process.env['VSCODE_EXECUTABLE'];
  if (named) return path.resolve(named);
  try {
    return await downloadAndUnzipVSCode({ version: 'stable', timeout: 30_000 });
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

const found = await executable();
if (found instanceof Error) {
  console.log(
    `   skipped: VS Code cannot be downloaded (${found.message.split('\n')[0]}). VSCODE_EXECUTABLE may name one.`,
  );
} else {
  const profile = createProfile(quietSettings, path.join(root, 'examples/water-meter'));
  try {
    process.exitCode = await runTests({
      vscodeExecutablePath: found,
      extensionDevelopmentPath: extension,
      extensionTestsPath: path.join(extension, 'dist/test/index.cjs'),
      launchArgs: [
        profile.workspace,
        '--user-data-dir',
        path.join(profile.dir, 'user'),
        '--extensions-dir',
        path.join(profile.dir, 'ext'),
        '--disable-workspace-trust',
      ],
    });
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  } finally {
    profile.remove();
  }
}
