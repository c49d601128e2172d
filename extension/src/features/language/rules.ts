import * as vscode from 'vscode';

const aCode = /^[A-Z]+\d{3}$/;

/** Findings whose code is a link to its rule in the rules reference. */
export function linkToRules(findings: readonly vscode.Diagnostic[]): vscode.Diagnostic[] {
  return findings.map((finding) => {
    const { code } = finding;
    if (typeof code !== 'string' || !aCode.test(code)) return finding;
    const target = vscode.Uri.parse(`command:otaplan.showRule?${encodeURIComponent(JSON.stringify([code]))}`);
    return Object.assign(finding, { code: { value: code, target } });
  });
}

/** Shows the rules reference at a rule; at its beginning where the code is none. */
export async function showRule(reference: vscode.Uri, code: unknown): Promise<void> {
  const fragment = typeof code === 'string' && aCode.test(code) ? code.toLowerCase() : '';
  await vscode.commands.executeCommand('markdown.showPreview', reference.with({ fragment }));
}
