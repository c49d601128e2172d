import { describe, expect, it } from 'vitest';
import { type Connection, LSPErrorCodes } from 'vscode-languageserver';
import type { Host } from './host.ts';
import { Session } from './session.ts';

const uri = 'untitled:a';

/** A session on a host whose clock the test turns; messages that wait have their turn in `between`. */
function sessionWith(between: () => void) {
  let ticks = 0;
  const host: Partial<Host> = {
    zoneDataVersion: 'test',
    now: () => 0,
    ticks: () => ticks,
    soon: (work) => {
      between();
      work();
    },
  };
  const session = new Session({} as Connection, host as Host);
  session.project.set(session.documents.opened(uri, 1, 'plan "A" {\n}\n'), 'plan "A" {\n}\n');
  const token = { isCancellationRequested: false, onCancellationRequested: () => ({ dispose: () => undefined }) };
  return {
    session,
    token,
    work: (milliseconds: number) => {
      ticks += milliseconds;
    },
  };
}

describe('long work', () => {
  it('gives messages their turn only when it went on for a while', async () => {
    let turns = 0;
    const { session, token, work } = sessionWith(() => turns++);
    const file = session.source(uri)?.file;
    if (!file) throw new Error('The document is not there.');
    await session.pause(token, file);
    const before = turns;
    work(1);
    await session.pause(token, file);
    expect(turns).toBe(before);
    work(50);
    await session.pause(token, file);
    expect(turns).toBe(before + 1);
  });

  it('ends when it is cancelled meanwhile', async () => {
    const { session, token, work } = sessionWith(() => {
      token.isCancellationRequested = true;
    });
    const file = session.source(uri)?.file;
    if (!file) throw new Error('The document is not there.');
    work(50);
    await expect(session.pause(token, file)).rejects.toMatchObject({ code: LSPErrorCodes.RequestCancelled });
  });

  it('ends when the document is edited meanwhile', async () => {
    const { session, token, work } = sessionWith(() => void session.documents.changed(uri, 2, [{ text: '' }]));
    const file = session.source(uri)?.file;
    if (!file) throw new Error('The document is not there.');
    work(50);
    await expect(session.pause(token, file)).rejects.toMatchObject({ code: LSPErrorCodes.ContentModified });
  });
});
