import { createReadStream, globSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.png': 'image/png',
  '.json': 'application/json',
};

/** Serves a folder as any plain web server does. `close` ends it. */
export async function serve(folder: string): Promise<{ readonly url: string; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://x');
    const wanted = path.join(folder, decodeURIComponent(pathname));
    const file = pathname.endsWith('/') ? path.join(wanted, 'index.html') : wanted;
    if (!file.startsWith(folder) || !statSync(file, { throwIfNoEntry: false })?.isFile()) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { 'content-type': types[path.extname(file)] ?? 'application/octet-stream' });
    createReadStream(file).pipe(response);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => new Promise((done) => void server.close(() => done())),
  };
}

export interface Page {
  /** Path inside the site, as `rules.html`. */
  readonly path: string;
  readonly ids: ReadonlySet<string>;
  /** What links, images, scripts and styles refer to, as written. */
  readonly references: readonly string[];
}

/** Every page of a built site with what it refers to. The generator writes attributes in double quotes. */
export function pagesOf(folder: string): Page[] {
  return globSync('**/*.html', { cwd: folder }).map((name) => {
    const html = readFileSync(path.join(folder, name), 'utf8');
    const all = (pattern: RegExp) =>
      [...html.matchAll(pattern)].map((match) => match[1]?.replaceAll('&amp;', '&') ?? '');
    return {
      path: name.replaceAll(path.sep, '/'),
      ids: new Set(all(/ id="([^"]*)"/g)),
      references: all(/ (?:href|src)="([^"]*)"/g),
    };
  });
}
