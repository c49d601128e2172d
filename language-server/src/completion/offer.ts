import type { PlanMeaning, SourceFile } from '@otaplan/language';
import type { CompletionItemKind, TextEdit } from 'vscode-languageserver';
import type { Session } from '../session.ts';
import type { Typing } from '../typing.ts';

/** Something that may be written at the cursor. */
export interface Offer {
  readonly label: string;
  readonly kind: CompletionItemKind;
  /** What is written; the label when left out. */
  readonly text?: string;
  readonly snippet?: boolean;
  readonly detail?: string;
  /** Worked out only when the offer is looked at. */
  readonly later?: Later;
  /** Other words by which it is found. */
  readonly also?: string;
  /** Lower comes first. */
  readonly rank?: number;
  readonly edits?: readonly TextEdit[];
  readonly deprecated?: boolean;
}

/** What is told of an offer when it is looked at. */
export type Later =
  | { readonly about: 'zone'; readonly zone: string }
  | { readonly about: 'statement'; readonly block: string; readonly key: string }
  | { readonly about: 'rule'; readonly code: string }
  | { readonly about: 'device'; readonly product: string; readonly key: string };

/** Where offers are asked for. */
export interface Asked {
  readonly session: Session;
  readonly file: SourceFile;
  readonly typing: Typing;
  readonly offset: number;
  /** The plan that is being typed, as far as it can be read. */
  readonly plan: PlanMeaning | undefined;
}
