import { findNodeAtLocation, type Node, type ParseError, parseTree, printParseErrorCode } from 'jsonc-parser';
import type { z } from 'zod';
import { type JsonSchema, profileJsonSchema } from './json-schema.ts';
import { Profile } from './profile.ts';

type Issue = z.core.$ZodIssue;

/** A profile that is none: each sentence says where, what is wrong, and what is right there. */
export class ProfileInvalid extends Error {
  override readonly name = 'ProfileInvalid';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`The fault profile is not valid: ${problems.join('; ')}`);
    this.problems = problems;
  }
}

/**
 * Reads a fault profile from its JSON text.
 * @throws {ProfileInvalid} every problem begins with its line and column
 */
export function parseProfile(text: string): Profile {
  const errors: ParseError[] = [];
  const tree = parseTree(text, errors, { disallowComments: true });
  const [error] = errors;
  if (error || !tree) {
    const what = error ? spaced(printParseErrorCode(error.error)) : 'Nothing is there';
    throw new ProfileInvalid([`${place(text, error?.offset ?? 0)}: it is not JSON (${what}).`]);
  }
  return check(JSON.parse(text), (path) => `${place(text, offsetOf(tree, path))}: `);
}

/** Checks a fault profile and completes it. @throws {ProfileInvalid} */
export function checkProfile(value: unknown): Profile {
  return check(value, () => '');
}

function check(value: unknown, at: (path: readonly PropertyKey[]) => string): Profile {
  const parsed = Profile.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new ProfileInvalid(parsed.error.issues.map((issue) => at(whereOf(issue)) + sentenceOf(issue, value)));
}

/** The path of an issue, down to the member that is not known. */
function whereOf(issue: Issue): readonly PropertyKey[] {
  return issue.code === 'unrecognized_keys' ? [...issue.path, issue.keys[0] ?? ''] : issue.path;
}

function sentenceOf(issue: Issue, value: unknown): string {
  const path = issue.path.map(String).join('.');
  const where = path === '' ? '' : `${path}: `;
  if (issue.code === 'unrecognized_keys') {
    const names = issue.keys.map((key) => `“${key}”`).join(', ');
    return `${where}${names} is not known here. Known: ${knownMembers(issue.path, value).join(', ')}.`;
  }
  const given = valueAt(value, issue.path);
  if (issue.code === 'invalid_union') {
    const said = given === undefined ? 'The kind is missing' : `${JSON.stringify(given)} is not a kind of fault`;
    return `${where}${said}. Known: ${faultKinds().join(', ')}.`;
  }
  return `${where}${issue.message.replace(/\.$/, '')}${given === undefined ? '' : ` (here: ${short(given)})`}.`;
}

/** What may stand in the object at a path. */
function knownMembers(path: readonly PropertyKey[], value: unknown): string[] {
  let schema: JsonSchema | undefined = profileJsonSchema();
  for (const [depth, step] of path.entries()) {
    schema = typeof step === 'number' ? schema?.items : schema?.properties?.[String(step)];
    const kind = valueAt(value, [...path.slice(0, depth + 1), 'kind']);
    schema = schema?.oneOf?.find(({ properties }) => properties?.['kind']?.const === kind) ?? schema;
  }
  return Object.keys(schema?.properties ?? {});
}

function faultKinds(): string[] {
  const kinds = profileJsonSchema().properties?.['rules']?.items?.properties?.['fault']?.oneOf ?? [];
  return kinds.map(({ properties }) => String(properties?.['kind']?.const));
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (at, step) => (typeof at === 'object' && at !== null ? (at as Record<PropertyKey, unknown>)[step] : undefined),
    value,
  );
}

function short(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

/** Where a value stands, or the nearest that is there of those around it. */
function offsetOf(tree: Node, path: readonly PropertyKey[]): number {
  for (let length = path.length; length > 0; length--) {
    const node = findNodeAtLocation(tree, path.slice(0, length) as (string | number)[]);
    if (node) return node.parent?.type === 'property' ? node.parent.offset : node.offset;
  }
  return tree.offset;
}

function place(text: string, offset: number): string {
  const lines = text.slice(0, offset).split('\n');
  return `line ${lines.length}, column ${(lines.at(-1)?.length ?? 0) + 1}`;
}

/** `CloseBraceExpected` as words. */
function spaced(name: string): string {
  return name.replaceAll(/(?<=[a-z])(?=[A-Z])/g, ' ').toLowerCase();
}
