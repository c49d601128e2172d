import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['{packages,language-server,extension}/**/src/**/*.test.ts', 'test/vscode-host/src/**/*.test.ts'],
          setupFiles: ['test/seed.ts'],
          testTimeout: 20_000,
        },
      },
      {
        test: {
          name: 'architecture',
          include: ['test/{architecture,examples,rules}/**/*.test.ts'],
          testTimeout: 20_000,
        },
      },
      {
        // What others get, as they get it: the site, the comment in a browser, the packages. Runs on what was built before.
        test: {
          name: 'published',
          include: ['test/published/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
      {
        // Real processes: one file at a time, so that two cores are enough for each.
        test: {
          name: 'end-to-end',
          include: ['test/end-to-end/**/*.test.ts', 'test/lsp/**/*.test.ts'],
          testTimeout: 240_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
