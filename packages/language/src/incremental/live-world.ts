import type { World } from '../world.ts';
import type { Tracker } from './tracker.ts';

/** The names of the facts of the world; see {@link Tracker}. */
export const worldFacts = {
  now: 'now',
  catalogue: 'catalogue',
  /** Which files lie inside the opened folders. */
  inside: 'inside',
  text: (uri: string) => `text ${uri}`,
  facts: (uri: string) => `facts ${uri}`,
} as const;

/** A world that notes what is looked at. `of` is asked every time: the world behind may be another one by then. */
export function liveWorld(of: () => World, tracker: Tracker): World {
  const look = (fact: string): World => {
    tracker.read(fact);
    return of();
  };
  const world: { -readonly [K in keyof World]: World[K] | undefined } = {
    get now() {
      return look(worldFacts.now).now;
    },
    get zoneDataVersion() {
      return of().zoneDataVersion;
    },
    isInside: (uri) => look(worldFacts.inside).isInside(uri),
    readText: (uri) => look(worldFacts.text(uri)).readText(uri),
    fileFacts: (uri) => look(worldFacts.facts(uri)).fileFacts(uri),
    get catalogue() {
      return look(worldFacts.catalogue).catalogue;
    },
  };
  return world as World;
}
