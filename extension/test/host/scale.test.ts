import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import * as vscode from 'vscode';
import type { GroupNode, Node, PlanNode } from '../../src/features/monitor/nodes.ts';
import { activate, type Distant, distantKey, distantPlan, failing, request, startDistant } from './distant.ts';
import { answering, messages, until, workspaceFile } from './help.ts';
import { children, inside } from './rollout.ts';

const count = 1205;
type Item = vscode.QuickPickItem & { readonly value: unknown };

/** Answers of a person who picks by value, one question after the other; several values tick several. */
function picks(...values: (string | readonly string[])[]) {
  const left = [...values];
  return (items: readonly Item[]) => {
    const wanted = left.shift();
    if (Array.isArray(wanted)) return items.filter(({ value }) => wanted.includes(String(value)));
    return items.find(({ value }) => value === wanted);
  };
}
const filter = (...values: Parameters<typeof picks>) =>
  answering({ showQuickPick: picks(...values) }, () => vscode.commands.executeCommand('otaplan.filterMonitor'));

suite('a plan of many devices', () => {
  let distant: Distant;
  let planId: string;
  const name = 'Many';
  suiteSetup(async function () {
    this.timeout(120_000);
    distant = await startDistant(count);
    planId = await activate(distant, distantPlan(name, '2.0.0'));
    await vscode.commands.executeCommand('otaplan.monitor.focus');
    await until('the plan', planRow);
  });
  suiteTeardown(() => distant.end());

  async function plans(): Promise<readonly Node[]> {
    return await children((await children()).find((row) => row.connection === distant.name));
  }
  async function planRow(): Promise<PlanNode | undefined> {
    return (await plans()).find((row): row is PlanNode => row.kind === 'plan' && row.planId === planId);
  }
  async function group(status: string): Promise<GroupNode> {
    return await until(status, async () => {
      const found = (await children(await planRow())).find((row) => row.kind === 'group' && row.status === status);
      return found?.kind === 'group' ? found : undefined;
    });
  }
  const label = async (row: Node | undefined) => {
    assert.ok(row);
    const item = await (await inside()).tree.provider.getTreeItem(row);
    return `${item.label} · ${item.description}`;
  };
  const devicesOf = (rows: readonly Node[]) =>
    rows.flatMap((row) => (row.kind === 'device' ? [row.device.deviceKey] : []));
  async function search(text: string): Promise<void> {
    const row = await planRow();
    await answering({ showInputBox: () => text }, () => vscode.commands.executeCommand('otaplan.searchDevices', row));
  }
  async function fail(index: number, attempt = 1): Promise<void> {
    if (attempt === 1) await distant.report(distantKey(index), [request('1.0.0')]);
    await distant.report(distantKey(index), failing(planId, attempt, 'no space'));
  }

  test('is listed page by page, as far as it is looked at', async () => {
    const requests = () => distant.line.requests.filter((line) => line.includes('/devices')).length;
    const [before, all] = [requests(), await group('notUpgraded')];
    assert.match(await label(all), /Not Upgraded · 1,205/);
    const first = await children(all);
    assert.deepEqual(
      devicesOf(first),
      Array.from({ length: 100 }, (_, index) => distantKey(index)),
    );
    assert.match(await label(first.at(-1)), /Load more… · 100 of 1,205/);
    assert.equal(requests() - before, 1);
    await vscode.commands.executeCommand('otaplan.loadMoreDevices', first.at(-1));
    assert.equal(devicesOf(await children(all)).length, 200);
    assert.equal(requests() - before, 2);
  });

  test('is searched at Developer Center', async () => {
    await search('00012');
    const found = devicesOf(await children(await group('notUpgraded')));
    assert.deepEqual(found, [distantKey(12), ...Array.from({ length: 10 }, (_, index) => distantKey(120 + index))]);
    await search('9');
    const rows = await children(await group('notUpgraded'));
    assert.match(await label(rows.at(-1)), /Load more… · 100 shown/);
    await search('nothinghasthis');
    assert.match(await label((await children(await group('notUpgraded')))[0]), /No device key has that part/);
  });

  test('exports what the search finds, as JSON, and all of it as CSV', async () => {
    await search('00012');
    const json = workspaceFile('found.json');
    const row = await planRow();
    const export_ = (target: vscode.Uri) =>
      answering({ showSaveDialog: () => target }, () => vscode.commands.executeCommand('otaplan.exportDevices', row));
    await export_(json);
    const found = JSON.parse(readFileSync(json.fsPath, 'utf8')) as { deviceKey: string; status: string }[];
    assert.deepEqual([found.length, found[0]?.deviceKey, found[0]?.status], [11, distantKey(12), 'notUpgraded']);
    await search('');
    const csv = workspaceFile('all.csv');
    await export_(csv);
    assert.equal(readFileSync(csv.fsPath, 'utf8').trim().split('\r\n').length, count + 1);
  });

  test('filters and sorts plans, says what is hidden, and forgets the filter', async () => {
    const { client } = distant;
    for (const other of ['Aardvark', 'Zebra']) await client.plans.create(distantPlan(other, '9.0.0'));
    await until('three plans', async () => (await plans()).length === 3);
    const names = async () => (await Promise.all((await plans()).map(label))).map((text) => text.split(' · ')[0]);
    await filter('sort', 'name');
    assert.deepEqual(await names(), ['Aardvark', 'Many', 'Zebra']);
    await filter('planStatuses', ['inactivated']);
    assert.deepEqual(await names(), ['Aardvark', 'Zebra', '1 hidden by the filter']);
    await filter('clear');
    await answering({ showQuickPick: picks('text'), showInputBox: () => 'MAN' }, () =>
      vscode.commands.executeCommand('otaplan.filterMonitor'),
    );
    assert.deepEqual(await names(), ['Many', '2 hidden by the filter']);
    await filter('clear');
    await filter('deviceStatuses', ['upgradeFailed']);
    assert.deepEqual(await children(await planRow()), []);
    await filter('products', []);
    await filter('clear');
    await filter('sort', 'newest');
    assert.equal((await plans()).length, 3);
  });

  test('draws one row for a component that goes on', async () => {
    const key = distantKey(7);
    await distant.report(key, [request('1.0.0')]);
    await distant.report(key, failing(planId, 1, '').slice(0, 3));
    const [device] = await children(await group('upgrading'));
    assert.ok(device?.kind === 'device' && device.device.deviceKey === key);
    await children(device);
    const { tree } = await inside();
    // what the request set in motion has arrived when nothing was drawn for a while
    for (let before = -1; before !== tree.redraws(); ) {
      before = tree.redraws();
      await new Promise((resolve) => setTimeout(resolve, 2000));
    }
    const before = tree.redraws();
    await distant.report(key, failing(planId, 1, '').slice(3, 4));
    const [component] = await until('downloading', async () => {
      const rows = await children(device);
      return rows[0]?.kind === 'component' && rows[0].component.status === 'downloading' ? rows : undefined;
    });
    await until('the row', () => tree.redraws() > before);
    assert.match(await label(component), /FOTA · Downloading/);
    assert.equal(tree.redraws() - before, 1);
  });

  test('a device that moves out of sight draws rows of numbers, and none of devices', async () => {
    const { tree } = await inside();
    const first = await children(await group('notUpgraded'));
    const drawn: string[] = [];
    const wordsOf = (row: Node) => ('status' in row ? `${row.kind} ${row.status}` : row.kind);
    const listener = tree.provider.onDidChangeTreeData?.((rows) => {
      drawn.push(...(Array.isArray(rows) ? rows.map(wordsOf) : ['everything']));
    });
    // far behind the devices that are listed; others are upgrading already, so that no group comes or goes
    await distant.report(distantKey(1000), [request('1.0.0')]);
    await distant.report(distantKey(1000), failing(planId, 1, '').slice(0, 3));
    await until('the number in “Load more…”', () => drawn.includes('more notUpgraded'));
    await until('the other group', () => drawn.some((words) => words.endsWith(' upgrading')));
    const atOnce = [...drawn];
    assert.ok(!atOnce.includes('plan') && !atOnce.includes('group notUpgraded'), atOnce.join());
    assert.match(await label(first.at(-1)), /of 1,20[0-9]$/);
    await until('the numbers of open rows', () => drawn.includes('plan'));
    assert.ok(!drawn.includes('everything'));
    listener?.dispose();
  });

  test('refused retries are a list to be worked through', async function () {
    this.timeout(60_000);
    await fail(0);
    const failed = await until('the failed device', async () => (await children(await group('upgradeFailed')))[0]);
    // the one that failed may be listed among them for a moment yet
    const others = await until('the list without it', async () => {
      const rows = (await children(await group('notUpgraded'))).slice(0, 2);
      return devicesOf(rows).includes(distantKey(0)) ? undefined : rows;
    });
    const asked = await answering({ showWarningMessage: () => undefined }, () =>
      vscode.commands.executeCommand('otaplan.retryDevices', failed, [failed, ...others]),
    );
    // beside news of the plan
    const told = messages(asked).filter((message) => message.includes('tried again'));
    assert.match(told.join(), /Devices tried again: 1\. Refused: 2\./);
    const { refusals: all } = await inside();
    // others may be left of other plans
    const refusals = () => all().filter((each) => each.planId === planId);
    assert.deepEqual(
      refusals().map(({ device }) => device.deviceKey),
      devicesOf(others),
    );
    assert.ok(refusals().every(({ reason }) => /not|only/i.test(reason)));
    await vscode.commands.executeCommand('otaplan.copyDeviceKey', refusals()[0], refusals());
    assert.equal(await vscode.env.clipboard.readText(), devicesOf(others).join('\n'));
    await vscode.commands.executeCommand('otaplan.dismissRefusals', refusals()[0]);
    assert.equal(refusals().length, 1);
    await fail(Number(refusals()[0]?.device.deviceKey.slice(-4)));
    await answering({}, () => vscode.commands.executeCommand('otaplan.retryDevices', refusals()[0]));
    assert.deepEqual(refusals(), []);
  });

  test('a log of many attempts and thousands of lines is read whole, folds, and links to plan and package', async function () {
    this.timeout(120_000);
    const index = 20;
    await fail(index);
    // what comes for another attempt is a line of the log each time
    const late = (attempt: number) =>
      Array.from({ length: 20 }, (_, offset) => ({
        ...failing(planId, 1000 + offset, '')[3],
        id: `${attempt}-late-${offset}`,
      }));
    for (let attempt = 2; attempt <= 120; attempt++) {
      await distant.client.plans.retry(planId, { devices: [distantKey(index)] });
      await distant.report(distantKey(index), late(attempt));
      await fail(index, attempt);
    }
    await vscode.commands.executeCommand('otaplan.openLog', {
      ...{ connection: distant.name, planId, deviceKey: distantKey(index) },
    });
    const document = vscode.window.activeTextEditor?.document;
    assert.ok(document);
    assert.equal(document.languageId, 'otaplan-log');
    assert.ok(document.lineCount > 3000, `${document.lineCount} lines`);
    assert.match(document.lineAt(document.lineCount - 2).text, /Upgrade failed: no space/);
    const folds = await vscode.commands.executeCommand<vscode.FoldingRange[]>(
      'vscode.executeFoldingRangeProvider',
      document.uri,
    );
    assert.equal(folds.length, 120);
    assert.match(document.lineAt(folds[119]?.start ?? 0).text, /^FOTA · attempt 120$/);
    const links = await vscode.commands.executeCommand<vscode.DocumentLink[]>(
      'vscode.executeLinkProvider',
      document.uri,
    );
    const words = links.map(({ range }) => document.getText(range)).filter((text) => !text.startsWith('http'));
    assert.deepEqual(words.sort(), ['2.0.0', name]);
    const target = links.find(({ range }) => document.getText(range) === '2.0.0')?.target;
    assert.ok(target);
    const text = (await vscode.workspace.openTextDocument(target)).getText();
    assert.match(text, /Modem 2\.0\.0.*any \(full package\).*fw\.bin.*SHA-256 {2}[0-9a-f]{64}/s);
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });

  test('a followed log grows under a reader who is left where they are, also after the server was away', async function () {
    this.timeout(120_000);
    const index = 20;
    await vscode.commands.executeCommand('otaplan.openLog', {
      ...{ connection: distant.name, planId, deviceKey: distantKey(index) },
    });
    const editor = vscode.window.activeTextEditor;
    assert.ok(editor);
    const { document } = editor;
    const place = document.positionAt(document.getText().indexOf('attempt 60\n'));
    editor.selection = new vscode.Selection(place, place.translate(0, 7));
    editor.revealRange(editor.selection, vscode.TextEditorRevealType.AtTop);
    const top = () => editor.visibleRanges[0]?.start.line ?? 0;
    await until('the place in sight', () => top() > 100 && editor.visibleRanges[0]?.contains(place));
    const before = top();
    await vscode.commands.executeCommand('otaplan.followLog');
    for (const attempt of [121, 122]) {
      if (attempt === 122) {
        await distant.line.cut();
        await distant.line.mend();
      }
      await distant.client.plans.retry(planId, { devices: [distantKey(index)] });
      await fail(index, attempt);
      await until('the new attempt', () => document.getText().includes(`attempt ${attempt}\n`));
    }
    assert.equal(top(), before);
    assert.equal(document.getText(editor.selection), 'attempt');
    assert.equal(document.isDirty, false);
    await vscode.commands.executeCommand('otaplan.followLog');
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });
});
