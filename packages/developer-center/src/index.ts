export { type Clock, type RandomBytes, systemClock } from './clock.ts';
export { jsonLog, type Log, silentLog } from './http/log.ts';
export { backupFolder, restoreFolder } from './operations/backup.ts';
export { askForBackup } from './operations/control.ts';
export { type Verification, verifyFolder } from './operations/verify-folder.ts';
export { type RunningServer, type ServerOptions, startServer } from './server.ts';
export { StartError, type StartFailure } from './start-error.ts';
