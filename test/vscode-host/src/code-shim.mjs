#!/usr/bin/env node
// Takes the command line that @vscode/test-electron gives to a desktop VS Code and runs it in VS Code's server instead:
// `vscodeExecutablePath` points here.
import { spawnSync } from 'node:child_process';
import path from 'node:path';

const values = (name) => process.argv.filter((a) => a.startsWith(`--${name}=`)).map((a) => a.slice(name.length + 3));
const folder = process.argv.slice(2).find((a) => !a.startsWith('-'));
const [extension] = values('extensionDevelopmentPath');
const [tests] = values('extensionTestsPath');
const args = [path.join(import.meta.dirname, 'host-test.ts'), '--extension', extension, '--tests', tests];
if (folder) args.push('--folder', folder);
process.exit(spawnSync(process.execPath, args, { stdio: 'inherit' }).status ?? 2);
