import { readFileSync } from 'node:fs';
import path from 'node:path';

/** A type of the meta model. */
interface Type {
  readonly kind: 'base' | 'reference' | 'array' | 'map' | 'or' | 'and' | 'tuple' | 'literal' | 'stringLiteral';
  readonly name?: string;
  readonly element?: Type;
  readonly items?: readonly Type[];
  readonly value?: string | { readonly properties: readonly Property[] } | Type;
}
interface Property {
  readonly name: string;
  readonly type: Type;
  readonly optional?: boolean;
}
interface Structure {
  readonly name: string;
  readonly properties: readonly Property[];
  readonly extends?: readonly Type[];
  readonly mixins?: readonly Type[];
}
interface Message {
  readonly method: string;
  readonly params?: Type;
  readonly result?: Type;
  readonly partialResult?: Type;
}
interface MetaModel {
  readonly requests: readonly Message[];
  readonly notifications: readonly Message[];
  readonly structures: readonly Structure[];
  readonly enumerations: readonly {
    readonly name: string;
    readonly type: Type;
    readonly values: readonly { readonly value: string | number }[];
    readonly supportsCustomValues?: boolean;
  }[];
  readonly typeAliases: readonly { readonly name: string; readonly type: Type }[];
}

const model = JSON.parse(readFileSync(path.join(import.meta.dirname, 'metaModel.json'), 'utf8')) as MetaModel;
const byName = <T extends { readonly name: string }>(list: readonly T[]) =>
  new Map(list.map((each) => [each.name, each]));
const structures = byName(model.structures);
const enumerations = byName(model.enumerations);
const aliases = byName(model.typeAliases);
const requests = new Map(model.requests.map((each) => [each.method, each]));
const notifications = new Map(model.notifications.map((each) => [each.method, each]));

/** What is wrong with a notification's or request's parameters; empty when nothing. Methods that are no LSP are not judged. */
export function paramsProblems(method: string, params: unknown): string[] {
  const message = requests.get(method) ?? notifications.get(method);
  if (!message) return method.startsWith('otaplan/') ? [] : [`${method} is no method of the protocol`];
  return message.params ? problems(message.params, params, method) : [];
}

/** What is wrong with the result of a request. */
export function resultProblems(method: string, result: unknown): string[] {
  const type = requests.get(method)?.result;
  return type ? problems(type, result, `${method} result`) : [];
}

function problems(type: Type, value: unknown, at: string): string[] {
  switch (type.kind) {
    case 'base':
      return isBase(type.name ?? '', value) ? [] : [`${at}: not ${type.name}: ${JSON.stringify(value)?.slice(0, 80)}`];
    case 'stringLiteral':
      return value === type.value ? [] : [`${at}: not “${String(type.value)}”`];
    case 'array':
      if (!Array.isArray(value)) return [`${at}: no array`];
      return type.element ? value.flatMap((each, i) => problems(type.element as Type, each, `${at}[${i}]`)) : [];
    case 'tuple':
      if (!Array.isArray(value) || value.length !== type.items?.length) return [`${at}: no tuple`];
      return type.items.flatMap((each, i) => problems(each, value[i], `${at}[${i}]`));
    case 'map':
      if (typeof value !== 'object' || value === null) return [`${at}: no map`];
      return Object.entries(value).flatMap(([key, each]) => problems(type.value as Type, each, `${at}.${key}`));
    case 'or': {
      const all = (type.items ?? []).map((each) => problems(each, value, at));
      const best = all.toSorted((a, b) => a.length - b.length)[0] ?? [];
      return all.some((each) => each.length === 0) ? [] : best;
    }
    case 'and':
      return (type.items ?? []).flatMap((each) => problems(each, value, at));
    case 'literal':
      return inObject((type.value as { properties: readonly Property[] }).properties, value, at);
    case 'reference':
      return ofReference(type.name ?? '', value, at);
  }
}

function ofReference(name: string, value: unknown, at: string): string[] {
  if (name === 'LSPAny' || name === 'LSPObject' || name === 'LSPArray') return [];
  const alias = aliases.get(name);
  if (alias) return problems(alias.type, value, at);
  const enumeration = enumerations.get(name);
  if (enumeration) {
    const known = enumeration.values.some((each) => each.value === value);
    return known || enumeration.supportsCustomValues ? [] : [`${at}: no ${name}: ${JSON.stringify(value)}`];
  }
  const structure = structures.get(name);
  return structure ? inObject(allProperties(structure), value, at) : [`${at}: the meta model has no ${name}`];
}

function allProperties(structure: Structure): Property[] {
  const inherited = [...(structure.extends ?? []), ...(structure.mixins ?? [])].flatMap(({ name = '' }) => {
    const parent = structures.get(name);
    return parent ? allProperties(parent) : [];
  });
  return [...inherited, ...structure.properties];
}

function inObject(properties: readonly Property[], value: unknown, at: string): string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [`${at}: no object`];
  const object = value as Record<string, unknown>;
  const unknown = Object.keys(object).filter(
    (key) => properties.length > 0 && !properties.some(({ name }) => name === key),
  );
  return [
    ...unknown.map((key) => `${at}: unknown property ${key}`),
    ...properties.flatMap(({ name, type, optional }) => {
      if (object[name] === undefined) return optional ? [] : [`${at}: ${name} is missing`];
      return problems(type, object[name], `${at}.${name}`);
    }),
  ];
}

function isBase(name: string, value: unknown): boolean {
  switch (name) {
    case 'string':
    case 'URI':
    case 'DocumentUri':
    case 'RegExp':
      return typeof value === 'string';
    case 'integer':
      return Number.isInteger(value);
    case 'uinteger':
      return Number.isInteger(value) && (value as number) >= 0;
    case 'decimal':
      return typeof value === 'number';
    case 'boolean':
      return typeof value === 'boolean';
    case 'null':
      return value === null;
    default:
      return false;
  }
}
