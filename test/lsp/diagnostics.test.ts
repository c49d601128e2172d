import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LspClient } from './client.ts';

const catalog = `product water_meter {
  key "p1WM01"
  component modem: module "FOTA"
}

devices pilot of water_meter {
  866123040000010
}
`;
const backwards = `import "catalog.otaplan"

plan "Spring" {
  product   water_meter
  effective 2026-12-15 00:00 to 2026-12-01 00:00 in "Europe/Berlin"

  targets {
    include pilot
  }

  upgrade modem to "2.4.0"

  mode silent
}
`;

describe('findings over a real connection', () => {
  let folder = '';
  let client: LspClient;
  const uri = (name: string) => pathToFileURL(path.join(folder, name)).href;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'otaplan-lsp-'));
    await writeFile(path.join(folder, 'catalog.otaplan'), catalog);
    await writeFile(path.join(folder, 'closed.otaplan'), backwards);
    client = await LspClient.start({ folders: [pathToFileURL(folder).href] });
  });
  afterAll(async () => {
    expect(client.problems).toEqual([]);
    await client.stop();
    await rm(folder, { recursive: true });
  });

  it('publishes closed files that have findings, and is silent about the others', async () => {
    await client.until(uri('closed.otaplan'), (all) => all.some(({ code }) => code === 'TIME004'));
  });

  it('says code, link, related place and severity', async () => {
    await client.open(uri('spring.otaplan'), backwards.replace('"Spring"', '"Summer"'));
    const all = await client.until(uri('spring.otaplan'), (each) => each.some(({ code }) => code === 'TIME004'));
    const finding = all.find(({ code }) => code === 'TIME004');
    expect(finding).toMatchObject({
      severity: 1,
      source: 'otaplan',
      codeDescription: { href: 'https://example.org/rules#time004' },
      range: { start: { line: 4, character: 32 }, end: { line: 4, character: 48 } },
      relatedInformation: [{ message: 'the start' }],
    });
  });

  it('follows typing by small edits', async () => {
    await client.change(uri('spring.otaplan'), 2, [
      { range: { start: { line: 4, character: 36 }, end: { line: 4, character: 42 } }, text: '-12-20' },
    ]);
    await client.until(
      uri('spring.otaplan'),
      (all, version) => version === 2 && !all.some(({ code }) => code === 'TIME004'),
    );
  });

  it('takes positions beyond lines and text for their ends', async () => {
    await client.change(uri('spring.otaplan'), 3, [
      { range: { start: { line: 4000, character: 9 }, end: { line: 5000, character: 1 } }, text: '\nplan' },
      { range: { start: { line: 0, character: 900 }, end: { line: 0, character: 4000 } }, text: ' // end' },
    ]);
    await client.until(
      uri('spring.otaplan'),
      (all, version) => version === 3 && all.some(({ code }) => String(code).startsWith('SYN')),
    );
    await client.change(uri('spring.otaplan'), 4, [{ text: backwards.replace('"Spring"', '"Summer"') }]);
    await client.until(
      uri('spring.otaplan'),
      (all, version) => version === 4 && all.some(({ code }) => code === 'TIME004'),
    );
  });

  it('tells of a name that another file loses while it is edited', async () => {
    await client.open(uri('catalog.otaplan'), catalog);
    await client.change(uri('catalog.otaplan'), 2, [{ text: catalog.replace('devices pilot', 'devices palot') }]);
    await client.until(uri('spring.otaplan'), (all) => all.some(({ message }) => String(message).includes('pilot')));
    await client.change(uri('catalog.otaplan'), 3, [{ text: catalog }]);
    await client.until(uri('spring.otaplan'), (all) => !all.some(({ code }) => code === 'SEM006'));
  });

  it('takes findings back when a file is deleted, and follows a renamed folder', async () => {
    await mkdir(path.join(folder, 'old'));
    await writeFile(
      path.join(folder, 'old/in.otaplan'),
      backwards.replace('catalog', '../catalog').replace('Spring', 'In folder'),
    );
    await client.notify('workspace/didCreateFiles', { files: [{ uri: uri('old') }] });
    await client.until(uri('old/in.otaplan'), (all) => all.length > 0);
    await rename(path.join(folder, 'old'), path.join(folder, 'new'));
    await client.notify('workspace/didRenameFiles', { files: [{ oldUri: uri('old'), newUri: uri('new') }] });
    await client.until(uri('new/in.otaplan'), (all) => all.length > 0);
    await client.until(uri('old/in.otaplan'), (all) => all.length === 0);
    await rm(path.join(folder, 'new'), { recursive: true });
    await client.notify('workspace/didDeleteFiles', { files: [{ uri: uri('new') }] });
    await client.until(uri('new/in.otaplan'), (all) => all.length === 0);
  });

  it('checks an untitled document, and takes its findings back when it is closed', async () => {
    await client.open('untitled:Untitled-1', 'plan "New" {\n  efective\n}\n');
    await client.until('untitled:Untitled-1', (all) => all.some(({ code }) => code === 'SYN003'));
    await client.notify('textDocument/didClose', { textDocument: { uri: 'untitled:Untitled-1' } });
    await client.until('untitled:Untitled-1', (all) => all.length === 0);
  });

  it('does not read through a link that leads out of the folder', async () => {
    const outside = await mkdtemp(path.join(os.tmpdir(), 'otaplan-outside-'));
    await writeFile(path.join(outside, 'list.csv'), 'device_key\n866123040000010\n');
    await symlink(path.join(outside, 'list.csv'), path.join(folder, 'linked.csv'));
    await client.open(
      uri('linked.otaplan'),
      `import "catalog.otaplan"\n\ndevices linked of water_meter from "linked.csv"\n`,
    );
    await client.until(uri('linked.otaplan'), (all) => all.some(({ code }) => code === 'TGT007'), 'TGT007');
    await rm(outside, { recursive: true });
  });

  it('lives with 16 MiB of text', async () => {
    await client.open(uri('huge.otaplan'), `// ${'x'.repeat(16 * 1024 * 1024)}\n`);
    await client.until(uri('huge.otaplan'), (all) => all.some(({ code }) => code === 'SYN011'));
    await client.notify('textDocument/didClose', { textDocument: { uri: uri('huge.otaplan') } });
    await client.until(uri('huge.otaplan'), (all) => all.length === 0);
  });

  it('gives way to a second folder, and takes it back', async () => {
    const second = await mkdtemp(path.join(os.tmpdir(), 'otaplan-second-'));
    await writeFile(path.join(second, 'b.otaplan'), 'plan "B" {\n  efective\n}\n');
    const added = { uri: pathToFileURL(second).href, name: 'second' };
    const inSecond = pathToFileURL(path.join(second, 'b.otaplan')).href;
    await client.notify('workspace/didChangeWorkspaceFolders', { event: { added: [added], removed: [] } });
    await client.until(inSecond, (all) => all.some(({ code }) => code === 'SYN003'));
    await client.notify('workspace/didChangeWorkspaceFolders', { event: { added: [], removed: [added] } });
    await client.until(inSecond, (all) => all.length === 0);
    await rm(second, { recursive: true });
  });
});
