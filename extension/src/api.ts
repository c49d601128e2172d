import type { CompileResult } from '@otaplan/language-server/protocol';
import type * as vscode from 'vscode';

/** A deployed plan as other extensions see it: plain data, no access to Developer Center. */
export interface PlanState {
  readonly connection: string;
  readonly id: string;
  readonly name: string;
  readonly status: string;
  readonly digest: string;
  readonly devices: Readonly<Record<string, number>>;
  /** Percent; `null` while nothing is decided. */
  readonly successRate: number | null;
}

/** What `activate` returns. Grows only by additions while `version` stays. */
export interface OtaplanApi {
  readonly version: 1;
  /** Compiles the plans of a file: documents, digests, findings. */
  compile(uri: vscode.Uri, plan?: string): Promise<CompileResult>;
  /** Deployed plans that are known now. */
  plans(): readonly PlanState[];
  /** A deployed plan changed. */
  readonly onDidChangePlan: vscode.Event<PlanState>;
}
