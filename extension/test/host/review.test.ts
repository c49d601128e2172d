import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import type { ReviewNode } from '../../src/features/review/tree.ts';
import { answering, messages, until, workspaceFile } from './help.ts';
import { erasePlan, inside, planNow, writePlan } from './rollout.ts';

/** A real repository in the workspace's folder, and VS Code's own git extension on it. */
suite('review', () => {
  const folder = () => workspaceFile('.').fsPath;
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.org', ...args], { cwd: folder() });
  const file = () => workspaceFile('spring.otaplan');
  // No editor ever shows it: what stands in an editor is there, whatever became of its file.
  const outgoingName = 'Outgoing';
  let outgoing: vscode.Uri;
  const rows = async (node?: ReviewNode) => (await (await inside()).review.provider.getChildren(node)) ?? [];
  const write = (name: string, change: (text: string) => string) => {
    const at = path.join(folder(), name);
    writeFileSync(at, change(readFileSync(at, 'utf8')));
  };

  suiteSetup(async function () {
    this.timeout(150_000);
    outgoing = await writePlan('outgoing.otaplan', outgoingName, planNow(outgoingName));
    git('init', '--quiet', '--initial-branch=main');
    git('add', '.');
    git('commit', '--quiet', '--message=As it was');
    git('switch', '--quiet', '--create=longer');
    write('spring.otaplan', (text) => text.replace('battery >= 40 %', 'battery >= 45 %'));
    git('commit', '--quiet', '--all', '--message=More battery');
    await vscode.workspace.getConfiguration('git').update('enabled', true, vscode.ConfigurationTarget.Global);
    const extension = vscode.extensions.getExtension('vscode.git');
    assert.ok(extension, 'the git extension is there');
    const api = await extension.activate();
    await until('git', () => api.enabled);
    const opened = await until('the repository', () => api.getAPI(1).openRepository(workspaceFile('.')));
    assert.ok(opened);
    await vscode.commands.executeCommand('otaplan.review.focus');
  });
  suiteTeardown(async function () {
    this.timeout(150_000);
    git('checkout', '--quiet', '--force', 'main');
    await erasePlan(outgoing, outgoingName);
    await vscode.workspace.getConfiguration('git').update('enabled', undefined, vscode.ConfigurationTarget.Global);
  });

  const planRow = async (name: string) =>
    (await rows()).find((row) => row.kind === 'plan' && row.difference.plan === name);
  const sentences = async (name: string) => {
    const row = await planRow(name);
    return row ? (await rows(row)).flatMap((each) => (each.kind === 'fact' ? each.text : [])) : [];
  };

  test('lists the plans that the branch changes, in the words of the command', async () => {
    const name = 'Water meter 2.4 spring';
    const said = await until('the sentence', async () => {
      const found = await sentences(name);
      return found.length > 0 ? found : undefined;
    });
    assert.deepEqual(said, ['Minimum battery: 40 % → 45 %.']);
  });

  test('follows what is typed, before it is saved or committed', async () => {
    const document = await vscode.workspace.openTextDocument(workspaceFile('today.otaplan'));
    await vscode.window.showTextDocument(document);
    const typed = async (text: string) => {
      const edit = new vscode.WorkspaceEdit();
      const at = document.positionAt(document.getText().indexOf('retry '));
      edit.replace(document.uri, new vscode.Range(at, at.translate(0, 7)), text);
      await vscode.workspace.applyEdit(edit);
    };
    await typed('retry 2');
    const row = await until('the plan that is being changed', async () =>
      (await rows()).find((each) => each.kind === 'plan' && each.difference.plan !== 'Water meter 2.4 spring'),
    );
    assert.ok(row.kind === 'plan');
    assert.match(row.difference.sentences.join(), /etr(y|ies).*2/);
    await typed('retry 0');
    await until('it is gone', async () => (await rows()).length === 1);
  });

  test('a list that changed is told of the plans that use it, with the devices', async () => {
    write('lists/berlin.csv', (text) => `${text.trimEnd()}\n866123040000999\n`);
    const said = await until('the devices', async () => {
      const all = (await rows()).flatMap((row) => (row.kind === 'plan' ? row.difference.sentences : []));
      return all.find((text) => /1 .*added|adds 1|\+1|866123040000999/.test(text));
    });
    assert.match(said, /866123040000999/);
    git('checkout', '--quiet', 'lists/berlin.csv');
  });

  test('a click shows both sides in canonical text, and the comment beside them', async () => {
    const row = await until('the row', () => planRow('Water meter 2.4 spring'));
    const { command } = (await inside()).review.provider.getTreeItem(row) as vscode.TreeItem;
    assert.equal(command?.command, 'otaplan.compareWithBase');
    assert.deepEqual(messages(await answering({}, () => vscode.commands.executeCommand(command.command, row))), []);
    const tab = vscode.window.tabGroups.all
      .flatMap(({ tabs }) => tabs)
      .find(({ input }) => input instanceof vscode.TabInputTextDiff);
    assert.ok(tab?.input instanceof vscode.TabInputTextDiff, 'a diff');
    const texts = await Promise.all(
      [tab.input.original, tab.input.modified].map((uri) => vscode.workspace.openTextDocument(uri)),
    );
    assert.deepEqual(
      texts.map((document) => /battery >= (\d+) %/.exec(document.getText())?.[1]),
      ['40', '45'],
    );
    const page = await until('the page', () =>
      vscode.workspace.textDocuments.find(
        (each) => each.uri.path.endsWith('.md') && each.getText().includes('Minimum battery'),
      ),
    );
    assert.match(page.getText(), /^Compared with main \([0-9a-f]{7}\), this changes 1 plan\./);
    assert.match(page.getText(), /Minimum battery: 40 % → 45 %\./);
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });

  test('one file is compared by its name, and says when nothing changes', async () => {
    const same = await answering({}, () =>
      vscode.commands.executeCommand('otaplan.compareWithBase', workspaceFile('today.otaplan')),
    );
    assert.match(messages(same)[0] ?? '', /nothing changes in meaning/);
    const changed = await answering({}, () => vscode.commands.executeCommand('otaplan.compareWithBase', file()));
    assert.deepEqual(messages(changed), []);
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });

  test('a base that is not there is said, with the setting that names it', async () => {
    const settings = vscode.workspace.getConfiguration('otaplan');
    await settings.update('review.base', 'no-such-branch', vscode.ConfigurationTarget.Global);
    const asked = await answering({}, () => vscode.commands.executeCommand('otaplan.compareWithBase', file()));
    assert.match(messages(asked)[0] ?? '', /no revision “no-such-branch”/);
    await settings.update('review.base', undefined, vscode.ConfigurationTarget.Global);
  });

  test('a removed plan is told as removed, also while an editor shows its file', async () => {
    // As a person does: what an extension opens, VS Code keeps open for minutes.
    await vscode.commands.executeCommand('vscode.open', outgoing, { preview: false });
    git('rm', '--quiet', 'outgoing.otaplan');
    const row = await until('the removed plan', async () => {
      const found = await planRow(outgoingName);
      return found?.kind === 'plan' && found.difference.difference === 'removed' ? found : undefined;
    });
    const asked = await answering({}, () => vscode.commands.executeCommand('otaplan.compareWithBase', row));
    assert.deepEqual(messages(asked), []);
    assert.ok(vscode.workspace.textDocuments.some(({ uri }) => uri.toString() === outgoing.toString()));
    git('reset', '--quiet', '--hard');
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });
});
