import { readFileSync } from 'node:fs';
import path from 'node:path';
import { defineConfig } from 'vitepress';
import { sidebar } from './sidebar.ts';

const repository = 'https://github.com/otaplan/otaplan';
const docs = path.dirname(import.meta.dirname);

/** The highlighting that editors have, for the examples. */
const grammar = JSON.parse(
  readFileSync(path.join(docs, '../extension/syntaxes/otaplan.tmLanguage.json'), 'utf8'),
) as object;

export default defineConfig({
  title: 'Otaplan',
  description: 'Firmware upgrade plans as code',
  lang: 'en',
  cleanUrls: false,
  // Times of commits would make every build another one.
  lastUpdated: false,
  rewrites: { 'decisions/README.md': 'decisions/index.md' },
  srcExclude: ['node_modules/**'],
  outDir: path.join(docs, 'dist/site'),
  cacheDir: path.join(docs, 'dist/cache'),
  markdown: {
    languages: [{ ...grammar, name: 'otaplan' } as never],
    config(markdown) {
      // A link that leaves this folder is right where the page is read in the repository; here it leads there.
      const plain = markdown.renderer.rules['link_open'];
      markdown.renderer.rules['link_open'] = (tokens, index, options, env: { relativePath?: string }, self) => {
        const token = tokens[index];
        const href = token?.attrGet('href') ?? '';
        const target = path.posix.join(path.posix.dirname(env.relativePath ?? ''), href.split('#')[0] ?? '');
        if (target.startsWith('../'))
          token?.attrSet('href', `${repository}/blob/main/${target.replace(/^(\.\.\/)+/, '')}`);
        return plain ? plain(tokens, index, options, env, self) : self.renderToken(tokens, index, options);
      };
    },
  },
  themeConfig: {
    nav: [
      { text: 'Tutorial', link: '/tutorial' },
      { text: 'How to', link: '/how-to/review-in-a-pull-request' },
      { text: 'Language', link: '/language' },
      { text: 'Rules', link: '/rules' },
      { text: 'Command', link: '/command' },
    ],
    sidebar: sidebar(),
    outline: [2, 3],
    search: { provider: 'local' },
    socialLinks: [
      {
        icon: {
          svg: '<svg viewBox="0 0 24 24"><path d="M12 .3a12 12 0 0 0-3.8 23.4c.6.1.8-.3.8-.6v-2c-3.3.7-4-1.6-4-1.6-.6-1.4-1.4-1.8-1.4-1.8-1-.7.1-.7.1-.7 1.2 0 1.9 1.2 1.9 1.2 1 1.8 2.8 1.3 3.5 1 0-.8.4-1.3.7-1.6-2.7-.3-5.5-1.3-5.5-6 0-1.2.5-2.3 1.3-3.1-.2-.4-.6-1.6 0-3.2 0 0 1-.3 3.4 1.2a11.5 11.5 0 0 1 6 0c2.3-1.5 3.3-1.2 3.3-1.2.6 1.6.2 2.8 0 3.2.9.8 1.3 1.9 1.3 3.2 0 4.6-2.8 5.6-5.5 5.9.5.4.9 1 .9 2.2v3.3c0 .3.1.7.8.6A12 12 0 0 0 12 .3"/></svg>',
        },
        link: repository,
        ariaLabel: 'Repository',
      },
    ],
  },
});
