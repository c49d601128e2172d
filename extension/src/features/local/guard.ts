// Loaded before `otaplan` in a child process of VS Code: ends it when the process that it belongs to is gone, however that came.
process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
