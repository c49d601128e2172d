import type { Connection, ServerCapabilities } from 'vscode-languageserver';
import type { Analysis } from '../analysis.ts';
import type { Session } from '../session.ts';

/** One thing the server can do: what it tells the client about it, and how it answers. */
export interface Feature {
  readonly capabilities: ServerCapabilities;
  register(connection: Connection, session: Session, analysis: Analysis): void;
}
