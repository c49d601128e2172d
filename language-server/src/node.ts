/** The language server as a process: `--stdio`, `--node-ipc` or `--pipe=…`, as the client starts it. */
import { enableCompileCache } from 'node:module';

// Only what is loaded from now on is compiled once for all starts: that is why the server is a file of its own.
enableCompileCache?.();
void import('./node-server.ts');
