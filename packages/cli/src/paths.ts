import path from 'node:path';
import { resolvePath } from '@otaplan/language';

/** How a system writes paths: this one, unless a test asks for another. */
export type PathStyle = Pick<typeof path, 'relative' | 'isAbsolute' | 'sep'>;

/** The path from a folder to a file as it is shown and written into plans: with forward slashes on every system. */
export function slashPath(folder: string, file: string, style: PathStyle = path): string {
  return style.relative(folder, file).split(style.sep).join('/');
}

/**
 * Whether a path is a folder or lies below it. Both are absolute; neither is looked at on disk. On Windows letters count alike in
 * either case, as addresses have drives in small ones.
 */
export function isWithin(folder: string, file: string, style: PathStyle = path): boolean {
  const way = style.relative(folder, file);
  return way !== '..' && !way.startsWith(`..${style.sep}`) && !style.isAbsolute(way);
}

/** The address of an absolute path, spelt as the language spells those of imports. */
export function uriOf(file: string, style: PathStyle = path): string {
  if (style.sep === '/') return resolvePath('file:///', file);
  const slashed = file.split(style.sep).join('/');
  const share = /^\/\/([^/]+)(\/.*)$/.exec(slashed);
  if (share?.[1] && share[2]) return resolvePath(`file://${share[1]}/`, share[2]);
  return resolvePath('file:///', `/${slashed}`);
}
