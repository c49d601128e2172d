export * from './draws.ts';
export * from './fault.ts';
export * from './foreseen.ts';
export * from './json-schema.ts';
export * from './keys.ts';
export * from './parse.ts';
export * from './profile.ts';
export * from './temper.ts';
