/** The blocks of the language by grammar rule: how they are called in messages, and what statements begin with. */
export interface BlockKind {
  readonly words: string;
  readonly statements: readonly string[];
}

export const blockKinds: Readonly<Record<string, BlockKind>> = {
  Source: { words: 'a file', statements: ['import', 'product', 'package', 'devices', 'plan'] },
  Product: { words: 'a product', statements: ['key', 'name', 'component'] },
  Package: { words: 'a package', statements: ['for', 'version', 'from', 'file', 'remarks'] },
  Plan: {
    words: 'a plan',
    statements: ['product', 'effective', 'targets', 'upgrade', 'mode', 'conditions', 'retry', 'waves', 'allow'],
  },
  Targets: { words: '`targets`', statements: ['include', 'exclude'] },
  Mode: { words: '`mode`', statements: ['push', 'on request only', 'after rejection', 'text'] },
  silent: { words: '`mode silent`', statements: ['push', 'on request only', 'after rejection'] },
  manual: { words: '`mode manual`', statements: ['push', 'text'] },
  Conditions: { words: '`conditions`', statements: ['battery', 'signal'] },
  Waves: { words: '`waves`', statements: ['halt'] },
};
