import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { activated, extensionId } from './help.ts';

interface Manifest {
  readonly contributes: {
    readonly commands: readonly { readonly command: string }[];
    readonly configuration: { readonly properties: Readonly<Record<string, unknown>> };
    readonly menus: Readonly<Record<string, readonly { readonly command: string }[]>>;
    readonly walkthroughs: readonly { readonly steps: readonly { readonly media: { readonly image: string } }[] }[];
  };
}

suite('manifest', () => {
  const manifest = () => vscode.extensions.getExtension(extensionId)?.packageJSON as Manifest;
  const folder = () => vscode.extensions.getExtension(extensionId)?.extensionPath ?? '';

  test('every command declared is registered, and the reverse', async () => {
    await activated();
    const declared = manifest().contributes.commands.map(({ command }) => command);
    const views = /^otaplan\.(monitor|refusals|review)\./;
    const registered = (await vscode.commands.getCommands(true)).filter(
      (id) => id.startsWith('otaplan.') && !views.test(id),
    );
    assert.deepEqual([...registered].sort(), [...declared].sort());
  });

  test('menus name declared commands only', () => {
    const { commands, menus } = manifest().contributes;
    const declared = new Set(commands.map(({ command }) => command));
    for (const item of Object.values(menus).flat()) assert.ok(declared.has(item.command), item.command);
  });

  test('settings are few', () => {
    assert.ok(Object.keys(manifest().contributes.configuration.properties).length <= 12);
  });

  test('the command’s checks are tasks whose findings stand in the Problems view', async () => {
    const found = await vscode.tasks.fetchTasks({ type: 'otaplan' });
    assert.deepEqual(found.map(({ name }) => name).sort(), ['check', 'format']);
    for (const task of found) assert.deepEqual(task.problemMatchers, ['$otaplan']);
  });

  test('pictures of the walkthrough are there', () => {
    for (const step of manifest().contributes.walkthroughs.flatMap(({ steps }) => steps)) {
      assert.ok(existsSync(path.join(folder(), step.media.image)), step.media.image);
    }
  });
});
