import path from 'node:path';

const language = path.join(import.meta.dirname, '..', 'language', 'src');

/**
 * Modules that most starts do without, each with what it exports (functions). They become files of their own that are loaded when one of
 * their functions is called for the first time; `import()` cannot do that where the answer is wanted at once.
 */
const modules = {
  /** Langium and Chevrotain: for texts with mistakes, and for formatting. */
  'langium-side': { file: path.join(language, 'services.ts'), names: ['createLangiumReader'] },
  /** The CSV library: for lists of devices with several columns. */
  'device-table': { file: path.join(language, 'meaning', 'device-table.ts'), names: ['readTable'] },
};

/** The entry points that these modules are. */
export const onDemandEntries = Object.fromEntries(Object.entries(modules).map(([name, { file }]) => [name, file]));

/** Lets a bundle in several files load these modules when they are needed. */
export const onDemand = {
  name: 'on-demand',
  setup(bundle) {
    bundle.onResolve({ filter: /^\.{1,2}\// }, ({ path: wanted, resolveDir, namespace }) => {
      if (namespace === 'on-demand') return { path: wanted, external: true };
      const file = path.join(resolveDir, wanted);
      const name = Object.keys(modules).find((each) => modules[each].file === file);
      return name && { path: name, namespace: 'on-demand', sideEffects: false };
    });
    // Commander starts programs for commands that are programs of their own; we have none.
    bundle.onResolve({ filter: /^node:child_process$/ }, ({ importer }) =>
      /[\\/]commander[\\/]/.test(importer) ? { path: 'child_process', namespace: 'on-demand-node' } : undefined,
    );
    bundle.onLoad({ filter: /.*/, namespace: 'on-demand-node' }, () => ({
      contents:
        "export default { spawn: (...given) => process.getBuiltinModule('node:child_process').spawn(...given) };",
    }));
    bundle.onLoad({ filter: /.*/, namespace: 'on-demand' }, ({ path: name }) => ({
      contents: modules[name].names
        .map((each) => `export const ${each} = (...given) => require('./${name}.mjs').${each}(...given);`)
        .join('\n'),
    }));
  },
};
