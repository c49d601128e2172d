import type { Devices } from '../generated/ast.ts';
import { cutKeys, cutKeysAgain, type KeyChange, type KeyList } from '../syntax/keys.ts';
import { type Block, blockOfNode, fileOf, type Place, placeOf } from '../syntax/source.ts';
import type { Answer, World } from '../world.ts';
import { type ListFile, readList } from './lists.ts';
import { resolvePath } from './paths.ts';

/** The devices that a declaration lists, wherever they are written. */
export interface DeviceList {
  readonly node: Devices;
  /** As written, in order, with repeats and mistakes. */
  readonly keys: readonly string[];
  /** Whether the keys are all there are: not so while a list file is not known or cannot be read. */
  readonly known: boolean;
  /** The list file, when there is one. */
  readonly file: Answer<ListFile> | undefined;
  readonly fileUri: string | undefined;
  /** How the keys came from those of before an edit, where they did. */
  readonly change?: KeyChange | undefined;
  /** Where the key stands: in the block, or for a list file the path that names it. */
  place(index: number): Place;
}

const cut = new WeakMap<Devices, { readonly block: Block; readonly list: KeyList; readonly offset: number }>();

/** The keys in the body of a `devices` block, cut once. Empty when they come from a file. */
export function keysOf(node: Devices): KeyList {
  const block = blockOfNode(node);
  const known = cut.get(node);
  // A tree may be handed on to another block in which only comments and blanks are different: places are others there.
  if (known?.block === block) return known.list;
  const offset = keysOffset(node);
  const list = cutKeys(node.keys ?? '', offset);
  cut.set(node, { block, list, offset });
  return list;
}

/** Cuts the keys of a list that was edited, taking over those of the list that stood there where they are the same. */
export function inheritKeys(node: Devices, before: Devices): void {
  const known = cut.get(before);
  if (node === before || !known || node.keys === undefined || before.keys === undefined) return;
  const offset = keysOffset(node);
  const list = cutKeysAgain(node.keys, offset, { body: before.keys, offset: known.offset, list: known.list });
  cut.set(node, { block: blockOfNode(node), list, offset });
}

function keysOffset(node: Devices): number {
  return node.keys === undefined ? 0 : placeOf(node, 'keys').start - blockOfNode(node).offset;
}

/** Reads a declaration's devices, from its body or from the list file that it names. */
export function deviceList(node: Devices, sourceUri: string, world: World): DeviceList {
  if (node.list === undefined) {
    const { keys, change } = keysOf(node);
    const place = (index: number): Place => {
      const start = blockOfNode(node).offset + (keysOf(node).starts[index] ?? 0);
      return { source: fileOf(node), start, end: start + (keys[index]?.length ?? 0) };
    };
    return { node, keys, known: true, file: undefined, fileUri: undefined, change, place };
  }
  const fileUri = resolvePath(sourceUri, node.list);
  const text = world.isInside(fileUri)
    ? world.readText(fileUri)
    : { kind: 'bad' as const, reason: 'it lies outside the workspace folder' };
  const file: Answer<ListFile> = text.kind === 'good' ? { kind: 'good', value: readList(text.value) } : text;
  const value = file.kind === 'good' ? file.value : undefined;
  return {
    node,
    keys: value?.keys ?? [],
    known: value !== undefined && value.problem === undefined,
    file,
    fileUri,
    place: () => placeOf(node, 'list'),
  };
}
