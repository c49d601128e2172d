import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type {
  CodeAction,
  CodeLens,
  InlayHint,
  LinkedEditingRanges,
  TextEdit,
  WorkspaceEdit,
} from 'vscode-languageserver-protocol';
import { at, catalog, Desk, edited, editsOf, spring } from './desk.ts';

const meter = `product meter {
  key "p1"
  component modem: module "FOTA"
}

devices pilot of meter {
  866123040000028
  866123040000010
}

plan "A" {
  product   meter
  effective 2026-12-01 00:00 to 2026-12-15 00:00 in "Europe/Berlin"

  targets {
    include pilot
  }

  upgrade modem to "2.4.0"

  mode silent
}
`;

describe('a text that is reshaped', () => {
  let desk: Desk;
  beforeAll(async () => {
    desk = await Desk.setUp();
  });
  afterAll(() => desk.clear());
  const scratch = () => desk.uri('scratch.otaplan');

  /** The text after a refactoring at the cursor `|`, and the edit that brought it. */
  async function reshaped(text: string, title: string): Promise<{ text: string; edit: WorkspaceEdit | undefined }> {
    const actions = await desk.actions(text, ['refactor']);
    const action = actions.find((each) => each.title === title);
    if (!action) throw new Error(`None of ${actions.map((each) => each.title).join('; ')} is “${title}”.`);
    return { text: edited(text.replace('|', ''), editsOf(action.edit, scratch())), edit: action.edit };
  }
  const titles = async (text: string) => (await desk.actions(text, ['refactor'])).map(({ title }) => title);

  describe('by a refactoring', () => {
    it('sorts a list; comments go with their keys, and a repeat goes', async () => {
      const text = `devices x of meter { // all of them
  // the second
  866123040000028 // roof
  866123040000010 /* cellar */
  866123040000028
  // end
|}
`;
      const head = text.replace('|', '').replace('devices x', 'devices |x');
      expect((await reshaped(head, 'Sort the list and remove repeats')).text).toBe(`devices x of meter {
  // all of them
  866123040000010  /* cellar */
  // the second
  866123040000028  // roof
  // end
}
`);
      expect(await titles('devices |x of meter {\n  866123040000010\n  866123040000028\n}\n')).not.toContain(
        'Sort the list and remove repeats',
      );
    });

    it('moves a list to a file that is not there yet', async () => {
      const { text, edit } = await reshaped(
        meter.replace('devices pilot', 'devices |pilot'),
        'Move the devices to “lists/pilot.csv”',
      );
      expect(text).toContain('devices pilot of meter from "lists/pilot.csv"\n');
      expect(edit?.documentChanges?.[0]).toMatchObject({ kind: 'create', uri: desk.uri('lists/pilot.csv') });
      expect(edited('', editsOf(edit, desk.uri('lists/pilot.csv')))).toBe(
        'device_key\n866123040000028\n866123040000010\n',
      );
      expect(await titles('devices ber|lin of meter {\n  866123040000028\n}\n')).toContain(
        'Move the devices to “lists/berlin-2.csv”',
      );
    });

    it('makes a list of quoted keys, in the text or in a file', async () => {
      const quoted = meter.replace('include pilot', 'include |"866123040000028", pilot, "866123040000010"');
      const { text } = await reshaped(quoted, 'Make a list of these 2 devices');
      expect(text).toContain('devices devices_1 of meter {\n  866123040000028\n  866123040000010\n}\n\nplan "A" {');
      expect(text).toContain('include pilot, devices_1\n');
      const moved = await reshaped(quoted, 'Make a list of these 2 devices in “lists/devices_1.csv”');
      expect(moved.text).toContain('devices devices_1 of meter from "lists/devices_1.csv"\n\nplan "A" {');
    });

    it('writes a list out where a statement names it', async () => {
      const { text } = await reshaped(
        meter.replace('include pilot', 'include pi|lot'),
        'Write the 2 devices of `pilot` here',
      );
      expect(text).toContain('include "866123040000028", "866123040000010"\n');
    });

    it('brings a list back from its file', async () => {
      const text = 'import "catalog.otaplan"\n\ndevices |x of water_meter from "lists/berlin.csv"\n';
      expect((await reshaped(text, 'Write the 1 device of “lists/berlin.csv” here')).text).toBe(
        'import "catalog.otaplan"\n\ndevices x of water_meter {\n  866123040000036\n}\n',
      );
    });

    it('makes a full upgrade one by a delta package', async () => {
      const text = spring.replace('main_mcu to', '|main_mcu to').replace('plan "Water', 'plan "Other water');
      expect((await reshaped(text, 'Upgrade from 1.8.3 by the delta package')).text).toContain(
        'upgrade main_mcu to "1.9.0" from "1.8.3" using delta\n',
      );
    });

    it('adds the digest of a file', async () => {
      const text = 'package "P" {\n  for module\n  version "9"\n  file |"firmware/mcu.pack"\n}\n';
      await desk.typed(text);
      await desk.client.until(scratch(), (all) => all.some(({ code }) => code === 'PKG002'));
      expect((await reshaped(text, 'Add the digest of the file')).text).toMatch(
        /file "firmware\/mcu\.pack" sha256 "[0-9a-f]{64}"\n/,
      );
    });
  });

  describe('by a rename', () => {
    const renamed = async (text: string, newName: string) =>
      desk.client.request<WorkspaceEdit>('textDocument/rename', { ...(await desk.typed(text)), newName });

    it('changes a component wherever it is upgraded', async () => {
      const edit = await renamed(meter.replace('component modem', 'component mo|dem'), 'radio');
      const text = edited(meter, editsOf(edit, scratch()));
      expect(text).toContain('component radio: module');
      expect(text).toContain('upgrade radio to');
    });

    it.each([
      [
        'a list',
        'devices pi|lot of',
        'berlin',
        meter.replace('product meter', 'import "catalog.otaplan"\n\nproduct meter'),
      ],
      ['a plan', 'plan "|A"', 'water METER 2.4', meter],
      ['a name of the wrong form', 'devices pi|lot of', '1st', meter],
      ['a name without letters', 'plan "|A"', '  ', meter],
    ])('refuses %s', async (_, at, newName, text) => {
      await expect(renamed(text.replace(at.replace('|', ''), at), newName)).rejects.toThrow(/name/);
    });

    it('writes what cannot be seen as an escape', async () => {
      const edit = await renamed(meter.replace('plan "A"', 'plan "|A"'), 'B\u202e');
      expect(edited(meter, editsOf(edit, scratch()))).toContain('plan "B\\u{202e}"');
    });

    it('asks before it parts a plan from the deployed one', async () => {
      const confirm = async () =>
        (await renamed(meter.replace('plan "A"', 'plan "|A"'), 'B')).changeAnnotations?.['identity']?.needsConfirmation;
      expect(await confirm()).toBe(true);
      await desk.client.notify('otaplan/deployedPlans', { plans: [] });
      expect(await confirm()).toBe(false);
      const deployed = { name: ' a', status: 'upgrading', digest: null, counts: null };
      await desk.client.notify('otaplan/deployedPlans', { plans: [deployed] });
      expect(await confirm()).toBe(true);
      await desk.client.notify('otaplan/deployedPlans', { plans: null });
    });
  });

  describe('by typing in several places at once', () => {
    const linked = async (text: string) =>
      desk.client.request<LinkedEditingRanges | null>('textDocument/linkedEditingRange', await desk.typed(text));

    it('links a name with its uses where all are here', async () => {
      const ranges = (await linked(meter.replace('include pilot', 'include pi|lot')))?.ranges ?? [];
      expect(ranges.map(({ start }) => start.line)).toEqual([5, 15]);
      expect((await linked(meter.replace('upgrade modem', 'upgrade mo|dem')))?.ranges.length).toBe(2);
    });

    it('links nothing that other files name too, and no plan', async () => {
      const position = at(catalog, 'devices pilot', 10);
      const params = { ...desk.document('catalog.otaplan'), position };
      expect(await desk.client.request('textDocument/linkedEditingRange', params)).toBeNull();
      expect(await linked(meter.replace('plan "A"', 'plan "|A"'))).toBeNull();
    });
  });

  describe('by formatting', () => {
    const options = { tabSize: 2, insertSpaces: true };
    /** Statements that change places: the edits of a part of these lines would lose one of them. */
    const shuffled = 'plan "A" {\n  mode silent\n  retry 1 times\n  product meter\n}\nplan "B" { mode silent }\n';
    const ordered = 'plan "A" {\n  product meter\n\n  mode silent\n\n  retry 1 time\n}';

    it('of a range formats whole declarations, and leaves the others', async () => {
      const { textDocument } = await desk.typed(`${shuffled}|`);
      for (let line = 0; line <= 4; line++) {
        const range = { start: { line, character: 0 }, end: { line, character: 1 } };
        const edits = await desk.client.request<TextEdit[]>('textDocument/rangeFormatting', {
          textDocument,
          range,
          options,
        });
        expect(edited(shuffled, edits)).toBe(`${ordered}\nplan "B" { mode silent }\n`);
      }
    });

    it('at a brace formats the declaration that it closes, however broken another is', async () => {
      const text = `plan "C" { retry }\n${shuffled}`;
      const { textDocument } = await desk.typed(`${text}|`);
      const params = { textDocument, position: { line: 5, character: 1 }, ch: '}', options };
      const edits = await desk.client.request<TextEdit[]>('textDocument/onTypeFormatting', params);
      expect(edited(text, edits)).toContain(ordered);
      expect(await desk.client.request('textDocument/formatting', { textDocument, options })).toEqual([]);
    });

    it('keeps Windows line ends, and counts lines as the editor does where one ends in a lone return', async () => {
      for (const text of [shuffled.replaceAll('\n', '\r\n'), shuffled.replace('{\n  mode', '{ // a\r// b\n  mode')]) {
        const { textDocument } = await desk.typed(`${text}|`);
        const edits = await desk.client.request<TextEdit[]>('textDocument/formatting', { textDocument, options });
        const once = edited(text, edits);
        await desk.typed(`${once}|`);
        expect(await desk.client.request('textDocument/formatting', { textDocument, options })).toEqual([]);
        expect(once.includes('\r\n')).toBe(text.includes('\r\n'));
      }
    });
  });

  it('says that a document is not in canonical format as it was saved, not while it is typed', async () => {
    const ugly = 'plan "Ugly" {\n retry 1 time\n}\n';
    const { textDocument } = await desk.typed(`${ugly}|`);
    const isTold = (all: readonly { code?: unknown }[]) => all.some(({ code }) => code === 'SYN012');
    await desk.client.request('textDocument/documentSymbol', { textDocument });
    expect(isTold(desk.client.diagnostics(scratch()) ?? [])).toBe(false);
    await desk.client.notify('textDocument/didSave', { textDocument });
    const all = await desk.client.until(scratch(), isTold, 'SYN012');
    const range = all.find(({ code }) => code === 'SYN012')?.range;
    expect(range?.start.line).toBe(1);
    const context = { diagnostics: [], only: ['quickfix'] };
    const actions = await desk.client.request<CodeAction[]>('textDocument/codeAction', {
      textDocument,
      range,
      context,
    });
    const fix = actions.find(({ title }) => title === 'Format the file');
    expect(edited(ugly, editsOf(fix?.edit, scratch()))).toBe('plan "Ugly" {\n  retry 1 time\n}\n');
    await desk.typed(`${ugly}// typed\n|`);
    await desk.client.until(scratch(), (now) => !isTold(now), 'no SYN012');
  });
});

describe('settings', () => {
  const range = { start: { line: 0, character: 0 }, end: { line: 60, character: 0 } };

  it.each([
    ['utc', ['15 days', '3 devices'], ['5 B', '3 B', '2 devices', '1 device']],
    ['period', ['2026-11-30 23:00Z', '2026-12-15 22:59Z', '3 devices'], ['5 B', '3 B', '2 devices', '1 device']],
    ['devices', ['2026-11-30 23:00Z', '2026-12-15 22:59Z', '15 days'], ['5 B', '3 B']],
    ['packages', ['2026-11-30 23:00Z', '2026-12-15 22:59Z', '15 days', '3 devices'], ['2 devices', '1 device']],
  ])('turn hints off one by one: %s', async (off, inSpring, inCatalog) => {
    const desk = await Desk.setUp({ settings: { inlayHints: { [off]: false, devices: off !== 'devices' } } });
    const labels = async (name: string) =>
      (await desk.client.request<InlayHint[]>('textDocument/inlayHint', { ...desk.document(name), range })).map(
        ({ label }) => label,
      );
    /** Settings, sizes and lists are read behind: whenever one came in, the client is asked to look again. */
    const come = async (name: string, wanted: readonly unknown[]) => {
      const refreshes = () => desk.client.asked.filter((method) => method === 'workspace/inlayHint/refresh').length;
      for (;;) {
        const before = refreshes();
        const found = await labels(name);
        if (JSON.stringify(found) === JSON.stringify(wanted)) return;
        await desk.client.waitFor(() => refreshes() > before, `a refresh; ${name} has ${JSON.stringify(found)}`);
      }
    };
    await come('spring.otaplan', inSpring);
    await come('catalog.otaplan', inCatalog);
    await desk.clear();
  });

  it('turn lenses off, and what is no setting is passed over', async () => {
    const desk = await Desk.setUp({ settings: { codeLens: false, inlayHints: 'none', nonsense: 1 } });
    await desk.client.waitFor(() => desk.client.asked.includes('workspace/codeLens/refresh'), 'a refresh');
    expect(await desk.client.request<CodeLens[]>('textDocument/codeLens', desk.document('spring.otaplan'))).toEqual([]);
    const hints = await desk.client.request<InlayHint[]>('textDocument/inlayHint', {
      ...desk.document('spring.otaplan'),
      range,
    });
    expect(hints.length).toBe(4);
    await desk.clear();
  });
});
