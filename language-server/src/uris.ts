import { URI } from 'langium';

/** The one spelling of an address by which things are looked up here. Clients spell some characters in different ways. */
export function normalUri(uri: string): string {
  try {
    return URI.parse(uri).toString();
  } catch {
    // Not an address at all; it still tells one document from another.
    return uri;
  }
}

/** The address of the folder that holds a file, without a slash at its end; empty for a document that lies in none. */
export function folderOf(uri: string): string {
  return uri.slice(0, Math.max(0, uri.lastIndexOf('/')));
}

/** Whether an address lies below a folder. */
export function isBelow(uri: string, folder: string): boolean {
  return uri.startsWith(folder.endsWith('/') ? folder : `${folder}/`);
}

/** The last part of an address, for a person. */
export function nameOf(uri: string): string {
  const last = uri.slice(uri.lastIndexOf('/') + 1);
  try {
    return decodeURIComponent(last);
  } catch {
    return last;
  }
}
