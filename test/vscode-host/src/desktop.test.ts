import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { desktopCode, openDesktop } from './desktop.ts';

describe.skipIf(process.platform === 'win32')('a desktop VS Code', () => {
  const dir = mkdtempSync(path.join(tmpdir(), 'desktop-'));
  const told = path.join(dir, 'told');
  /** A stand-in that notes how it was called. */
  function standIn(body = ''): string {
    const code = path.join(dir, 'code');
    writeFileSync(code, `#!/bin/sh\necho "$OTAPLAN_SERVER $*" >> ${told}\n${body}\n`);
    chmodSync(code, 0o755);
    return code;
  }
  const profile = { dir, workspace: path.join(dir, 'water-meter'), remove: () => undefined };
  const options = { profile, vsix: '/x/otaplan.vsix', check: false };
  const environment = { PATH: `${dir}${path.delimiter}${process.env['PATH']}`, OTAPLAN_SERVER: 'http://127.0.0.1:1' };
  afterEach(() => rmSync(told, { force: true }));

  it('is the one on the path', () => {
    expect(desktopCode({ PATH: '/nowhere' })).toBeUndefined();
    const code = standIn();
    expect(desktopCode(environment)).toBe(code);
  });
  it('gets the extension, then a window on the folder, in a profile and an environment of its own', () => {
    expect(openDesktop(standIn(), { ...options, environment })).toBe(true);
    const own = `http://127.0.0.1:1 --user-data-dir ${dir}/user --extensions-dir ${dir}/ext`;
    expect(readFileSync(told, 'utf8').trim().split('\n')).toEqual([
      `${own} --install-extension /x/otaplan.vsix --force`,
      `${own} --new-window --wait --disable-workspace-trust ${profile.workspace}`,
    ]);
  });
  it('is no success when the extension cannot be installed, or is not there afterwards', () => {
    expect(openDesktop(standIn('exit 1'), { ...options, environment })).toBe(false);
    expect(openDesktop(standIn(), { ...options, environment, check: true })).toBe(false);
    expect(openDesktop(standIn('echo otaplan.otaplan-vscode'), { ...options, environment, check: true })).toBe(true);
  });
});
