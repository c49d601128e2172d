import type { AstNode } from 'langium';
import { nameKind, tokenKinds } from '../generated/reader.ts';
import { NodePlaces, type Places } from './places.ts';
import type { TokenTable } from './token-table.ts';
import { unquote } from './values.ts';

/** Thrown where a text does not fit the grammar. It carries nothing: Langium's parser says what is wrong. */
export const unreadable = new Error('The text does not fit the grammar.');

/** A node while it is read. */
export interface NodeInMaking extends Record<string, unknown> {
  readonly $type: string;
  $container: unknown;
  $containerProperty: string | undefined;
  $containerIndex: number | undefined;
  /** Which of its block's nodes it is, in the order they begin; places are kept by it. */
  $at: number;
}

/** Where the reader stands in a table of tokens, and the few things that its rules are made of. */
export class Reading {
  private readonly tokens: TokenTable;
  private readonly places: Places | undefined;
  private count = 0;
  at = 0;
  /** The kind of the next token. */
  kind: number;

  /** @param places filled with where everything stands, when wanted */
  constructor(tokens: TokenTable, places?: Places) {
    this.tokens = tokens;
    this.places = places;
    this.kind = tokens.kinds[0] ?? 0;
  }

  is(kind: number): boolean {
    return this.kind === kind;
  }
  isName(): boolean {
    return this.kind >= nameKind;
  }

  fail(): never {
    throw unreadable;
  }

  private next(): void {
    this.kind = this.tokens.kinds[++this.at] ?? 0;
  }

  node<T extends NodeInMaking>(node: T): T {
    node.$at = this.count++;
    return node;
  }

  /** A keyword or sign of a node. */
  word(node: NodeInMaking, kind: number, image: string): string {
    if (this.kind !== kind) throw unreadable;
    if (this.places) this.note(node, image);
    this.next();
    return image;
  }
  /** One of several keywords. */
  anyWord(node: NodeInMaking, kinds: readonly number[]): string {
    if (!kinds.includes(this.kind)) throw unreadable;
    return this.word(node, this.kind, tokenKinds[this.kind] ?? '');
  }
  /** A token whose text is its value. */
  token(kind: number): string {
    if (this.kind !== kind) throw unreadable;
    return this.take();
  }
  name(): string {
    if (this.kind < nameKind) throw unreadable;
    return this.take();
  }
  private take(): string {
    const image = this.tokens.image(this.at);
    this.next();
    return image;
  }
  string(): string {
    return unquote(this.token(stringKind));
  }

  /** Makes a node a part of another one. */
  own(node: NodeInMaking, property: string, part: unknown, index?: number): void {
    const child = part as NodeInMaking;
    child.$container = node;
    child.$containerProperty = property;
    if (index !== undefined) child.$containerIndex = index;
  }
  /** Adds a node to a list of another one. */
  add(node: NodeInMaking, property: string, list: unknown, part: unknown): void {
    const parts = list as unknown[];
    this.own(node, property, part, parts.length);
    parts.push(part);
  }

  /** Notes where a property's words stand: from a token up to the next. */
  property(node: NodeInMaking, name: string, from: number): void {
    if (!this.places) return;
    const { starts, ends } = this.tokens;
    this.placesOf(node).add(name, starts[from] ?? 0, ends[this.at - 1] ?? 0);
  }
  /** A node is read. */
  end(node: NodeInMaking, from: number): void {
    if (!this.places) return;
    const whole = this.placesOf(node);
    if (this.at === from) return;
    whole.start = this.tokens.starts[from] ?? 0;
    whole.end = this.tokens.ends[this.at - 1] ?? 0;
  }
  private note(node: NodeInMaking, image: string): void {
    this.placesOf(node).addWord(image, this.tokens.starts[this.at] ?? 0);
  }
  private placesOf(node: NodeInMaking): NodePlaces {
    const places = this.places ?? [];
    const known = places[node.$at] ?? new NodePlaces();
    places[node.$at] = known;
    return known;
  }
}

const stringKind = tokenKinds.indexOf('STRING');

/** The number of a tree's node, when the reader made it; see {@link NodeInMaking}. */
export function numberOf(node: AstNode): number | undefined {
  return (node as Partial<NodeInMaking>).$at;
}
