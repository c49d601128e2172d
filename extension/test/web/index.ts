import * as vscode from 'vscode';

/** The entry that VS Code's web worker host runs: the language without Node. A page's test runner would want a page, so there is none. */
interface Api {
  compile(uri: vscode.Uri): Promise<{
    readonly plans: readonly { readonly plan: { readonly name: string } }[];
    readonly findings: readonly unknown[];
  }>;
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

const tests: Readonly<Record<string, () => Promise<void>>> = {
  async 'runs without Node'() {
    await api();
    check(typeof process === 'undefined' || !process.versions?.node, 'this is Node');
  },
  async 'underlines a mistake'() {
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
    // not reverted: VS Code may have saved the mistake by itself meanwhile
    const back = new vscode.WorkspaceEdit();
    back.replace(document.uri, finding.range, 'pilot');
    await vscode.workspace.applyEdit(back);
    await document.save();
  },
  async 'compiles with files that only the editor can read'() {
    const { plans, findings } = await (await api()).compile(file('spring.otaplan'));
    check(plans[0]?.plan.name === 'Water meter 2.4 spring', JSON.stringify(findings));
  },
  async 'registers what needs Node too, so that it can say so'() {
    const ids = await vscode.commands.getCommands(true);
    check(ids.includes('otaplan.deployPlan'), 'registered');
  },
};

const limitMilliseconds = 60_000;

export async function run(): Promise<void> {
  let failures = 0;
  for (const [name, test] of Object.entries(tests)) {
    const late = new Promise<never>((_, reject) => setTimeout(() => reject(new Error('too late')), limitMilliseconds));
    const outcome = await Promise.race([test(), late]).then(
      () => `    ✔ ${name}`,
      (error: unknown) => {
        failures++;
        return `    ✗ ${name}: ${error instanceof Error ? error.message : String(error)}`;
      },
    );
    // biome-ignore lint/suspicious/noConsole: tests report by it
    console.log(outcome);
  }
  const passes = Object.keys(tests).length - failures;
  // biome-ignore lint/suspicious/noConsole: the harness reads it
  console.log(`VSC-HOST-RESULT ${JSON.stringify({ passes, failures })}`);
  if (failures > 0) throw new Error(`${failures} failed`);
}
