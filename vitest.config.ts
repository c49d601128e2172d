import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['{packages,language-server,extension}/**/src/**/*.test.ts'],
          testTimeout: 20_000,
        },
      },
      {
        test: {
          name: 'architecture',
          include: ['test/{architecture,examples}/**/*.test.ts'],
          testTimeout: 20_000,
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
