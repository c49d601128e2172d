import * as vscode from 'vscode';
import { activated } from './help.ts';

suite('without a connection', () => {
  test('activates', async () => {
    await activated();
    await vscode.commands.executeCommand('otaplan.refreshMonitor');
  });
});
