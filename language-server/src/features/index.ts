import { codeActions } from './code-actions.ts';
import { codeLens } from './code-lens.ts';
import { completion } from './completion.ts';
import type { Feature } from './feature.ts';
import { folding } from './folding.ts';
import { formatting } from './formatting.ts';
import { hover } from './hover.ts';
import { inlayHints } from './inlay-hints.ts';
import { linkedEditing } from './linked-editing.ts';
import { links } from './links.ts';
import { navigation } from './navigation.ts';
import { rename } from './rename.ts';
import { selectionRanges } from './selection-ranges.ts';
import { semanticTokens } from './semantic-tokens.ts';
import { signatureHelp } from './signature-help.ts';
import { symbols } from './symbols.ts';

/** Everything the server can do. A feature is its file and its line here. */
export const features: readonly Feature[] = [
  formatting,
  completion,
  hover,
  codeActions,
  navigation,
  rename,
  linkedEditing,
  symbols,
  folding,
  selectionRanges,
  links,
  inlayHints,
  semanticTokens,
  codeLens,
  signatureHelp,
];
