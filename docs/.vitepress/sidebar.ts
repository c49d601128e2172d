import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { DefaultTheme } from 'vitepress';

const docs = path.dirname(import.meta.dirname);

/** The first heading of a page, as plain text. */
function titleOf(page: string): string {
  const text = readFileSync(path.join(docs, `${page}.md`), 'utf8');
  return (/^# (.+)$/m.exec(text)?.[1] ?? page).replaceAll('`', '');
}

function item(page: string, text = titleOf(page)): DefaultTheme.SidebarItem {
  return { text, link: `/${page}` };
}

/** Pages of a folder, in the order of their file names. */
function pagesIn(folder: string): string[] {
  if (!existsSync(path.join(docs, folder))) return [];
  return readdirSync(path.join(docs, folder))
    .filter((name) => name.endsWith('.md') && name !== 'README.md')
    .map((name) => `${folder}/${name.slice(0, -3)}`)
    .sort();
}

/** Learning, doing, looking up, understanding: the four kinds of pages there are. */
export function sidebar(): DefaultTheme.SidebarItem[] {
  return [
    { text: 'Learn', items: [item('tutorial')] },
    { text: 'How to', items: pagesIn('how-to').map((page) => item(page)) },
    {
      text: 'Look up',
      items: ['language', 'grammar', 'rules', 'command', 'http-api', 'device-protocol', 'simulator', 'language-server']
        .filter((page) => existsSync(path.join(docs, `${page}.md`)))
        .map((page) => item(page)),
    },
    { text: 'Operate', items: [item('operating'), item('releasing')] },
    {
      text: 'Understand',
      items: [
        item('developer-center'),
        {
          text: 'Decisions',
          link: '/decisions/',
          collapsed: true,
          items: pagesIn('decisions').map((page) => item(page)),
        },
      ],
    },
  ];
}
