import { URI, UriUtils } from 'langium';

/** The address of a file that a source names relative to itself. Backslashes count as slashes. */
export function resolvePath(fromUri: string, path: string): string {
  const base = URI.parse(fromUri);
  // Half of a surrogate pair has no place in an address (SYN007 reports it).
  const slashed = path.toWellFormed().replaceAll('\\', '/');
  // Two slashes would begin a host, which a path never names.
  if (isAbsolutePath(path)) return base.with({ path: slashed.replace(/^\/*/, '/') }).toString();
  return UriUtils.joinPath(UriUtils.dirname(base), slashed).toString();
}

/** Whether a path names a place of its own instead of one relative to the file that says it. */
export function isAbsolutePath(path: string): boolean {
  return /^(?:[/\\]|[A-Za-z]:|[A-Za-z][A-Za-z0-9+.-]*:\/\/)/.test(path);
}

/** A path without its folders. */
export function baseName(path: string): string {
  return path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
}

/** The path from one file's folder to another file, for an import or a message. */
export function relativePath(fromUri: string, toUri: string): string {
  return UriUtils.relative(UriUtils.dirname(URI.parse(fromUri)), URI.parse(toUri));
}
