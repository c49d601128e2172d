export * from './draws.ts';
export * from './keys.ts';
export * from './profile.ts';
export * from './temper.ts';
