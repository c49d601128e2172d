import * as vscode from 'vscode';

export const taskType = 'otaplan';

/** What a folder's tasks run, as `tasks.json` may say it too: `{"type": "otaplan", "command": "check"}`. */
const offered = ['check', 'format'] as const;

/**
 * The command's checks as tasks: their findings stand in the Problems view, also for files that nobody has open. The command is
 * the one that the workspace brings; nothing is downloaded for it.
 */
export function tasks(): vscode.Disposable {
  return vscode.tasks.registerTaskProvider(taskType, {
    provideTasks: () =>
      (vscode.workspace.workspaceFolders ?? []).flatMap((folder) =>
        offered.map((command) => taskFor({ type: taskType, command }, folder)),
      ),
    resolveTask({ definition, scope }) {
      if (typeof definition['command'] !== 'string' || typeof scope !== 'object') return undefined;
      return taskFor(definition, scope);
    },
  });
}

function taskFor(definition: vscode.TaskDefinition, folder: vscode.WorkspaceFolder): vscode.Task {
  const command = String(definition['command']);
  const run = new vscode.ShellExecution('npx', ['--no-install', 'otaplan', command, '.']);
  const task = new vscode.Task(definition, folder, command, taskType, run, '$otaplan');
  task.detail = vscode.l10n.t('otaplan {0}: its findings in the Problems view', command);
  if (command === 'check') task.group = vscode.TaskGroup.Test;
  return task;
}
