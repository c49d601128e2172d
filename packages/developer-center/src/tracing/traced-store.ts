import type { Clock } from '../clock.ts';
import type { Store } from '../store/store.ts';
import type { Tracing } from './tracing.ts';

/** A store whose calls are followed, each as a part of what asked for it. Names of methods alone are told, never what they are given. */
export function tracedStore<S extends Store>(store: S, tracing: Tracing, clock: Clock): S {
  if (!tracing.isOn) return store;
  const followed = <T extends object>(part: T, name: string): T =>
    new Proxy(part, {
      get(target, member) {
        const value: unknown = Reflect.get(target, member, target);
        if (typeof value !== 'function') return value;
        return (...given: unknown[]) => {
          const work = tracing.begin('internal', clock.now());
          const over = (failed: boolean) => work.end(clock.now(), `store.${name}.${String(member)}`, {}, failed);
          const result: unknown = work.run(() => Reflect.apply(value, target, given));
          if (!(result instanceof Promise)) {
            over(false);
            return result;
          }
          return result.then(
            (done: unknown) => {
              over(false);
              return done;
            },
            (error: unknown) => {
              over(true);
              throw error;
            },
          );
        };
      },
    });
  const parts = {
    accounts: followed(store.accounts, 'accounts'),
    packages: followed(store.packages, 'packages'),
    registry: followed(store.registry, 'registry'),
    plans: followed(store.plans, 'plans'),
  };
  return new Proxy(store, {
    get(target, member) {
      if (Object.hasOwn(parts, member)) return parts[member as keyof typeof parts];
      const value: unknown = Reflect.get(target, member, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
