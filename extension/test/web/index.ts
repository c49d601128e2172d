import 'mocha/mocha';
import * as vscode from 'vscode';

/** The entry that VS Code's web worker host runs: the language without Node. */
declare const mocha: {
  setup(options: object): void;
  run(done: (failures: number) => void): {
    readonly stats: { readonly passes: number };
    on(event: 'fail', listener: (test: { title: string }, error: Error) => void): void;
  };
};

interface Api {
  compile(uri: vscode.Uri): Promise<{ readonly plans: readonly { readonly plan: { readonly name: string } }[] }>;
}

function check(value: unknown, what: string): void {
  if (!value) throw new Error(what);
}
async function until<T>(what: string, look: () => T | undefined | false, limit = 20_000): Promise<T> {
  const end = Date.now() + limit;
  for (;;) {
    const found = look();
    if (found) return found;
    if (Date.now() > end) throw new Error(`not in time: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
async function api(): Promise<Api> {
  const extension = vscode.extensions.getExtension<Api>('otaplan.otaplan-vscode');
  if (!extension) throw new Error('the extension is not there');
  return extension.activate();
}
function file(name: string): vscode.Uri {
  const folder = vscode.workspace.workspaceFolders?.[0];
  if (!folder) throw new Error('no folder is open');
  return vscode.Uri.joinPath(folder.uri, name);
}

export async function run(): Promise<void> {
  // Without a reporter of its own mocha writes to a page, and there is none in a worker.
  mocha.setup({ ui: 'tdd', timeout: 40_000, reporter: class {} });
  suite('language in the web worker host', () => {
    test('runs without Node', async () => {
      await api();
      check(typeof process === 'undefined' || !('versions' in process) || !process.versions?.node, 'this is Node');
    });
    test('underlines a mistake', async () => {
      const document = await vscode.workspace.openTextDocument(file('spring.otaplan'));
      await vscode.window.showTextDocument(document);
      const place = document.positionAt(document.getText().indexOf('pilot, berlin'));
      const edit = new vscode.WorkspaceEdit();
      edit.replace(document.uri, new vscode.Range(place, place.translate(0, 5)), 'pilto');
      await vscode.workspace.applyEdit(edit);
      const finding = await until('a finding', () =>
        vscode.languages.getDiagnostics(document.uri).find(({ message }) => message.includes('pilto')),
      );
      check(document.getText(finding.range) === 'pilto', 'the words at fault');
      await vscode.commands.executeCommand('workbench.action.files.revert');
    });
    test('compiles with files that only the editor can read', async () => {
      const { plans } = await (await api()).compile(file('spring.otaplan'));
      check(plans[0]?.plan.name === 'Water meter 2.4 spring', JSON.stringify(plans.map(({ plan }) => plan.name)));
    });
    test('says of the rest that it needs Node', async () => {
      const ids = await vscode.commands.getCommands(true);
      check(ids.includes('otaplan.deployPlan'), 'registered');
    });
  });
  await new Promise<void>((resolve, reject) => {
    const runner = mocha.run((failures) => {
      // biome-ignore lint/suspicious/noConsole: the harness reads it
      console.log(`VSC-HOST-RESULT ${JSON.stringify({ passes: runner.stats.passes, failures })}`);
      if (failures > 0) reject(new Error(`${failures} failed`));
      else resolve();
    });
    // biome-ignore lint/suspicious/noConsole: tests report by it
    runner.on('fail', ({ title }, error) => console.log(`✗ ${title}: ${error.message}`));
  });
}
