export { type Clock, type RandomBytes, systemClock } from './clock.ts';
export { jsonLog, type Log, silentLog } from './http/log.ts';
export { backupFolder, restoreFolder } from './operations/backup.ts';
export { askForBackup } from './operations/control.ts';
export { backupDatabase, restoreDatabase } from './operations/dump.ts';
export { type Verification, verifyDatabase, verifyFolder } from './operations/verify.ts';
export { type RunningServer, type ServerOptions, startServer } from './server.ts';
export { StartError, type StartFailure } from './start-error.ts';
