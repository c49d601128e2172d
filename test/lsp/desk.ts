import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'vitest';
import type {
  CodeAction,
  CompletionItem,
  CompletionList,
  Hover,
  Position,
  TextEdit,
  WorkspaceEdit,
} from 'vscode-languageserver-protocol';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { type ClientOptions, LspClient, now } from './client.ts';

export const catalog = `// The catalogue
product water_meter {
  key  "p1WM01"
  name "Water meter NB"
  component modem:    module "FOTA"
  component main_mcu: mcu    "STM32" versions semver
}

package "Modem 2.4.0" {
  for     module
  version "2.4.0"
  file    "firmware/modem-2.4.0.bin"
}

package "MCU 1.8.3 to 1.9.0" {
  for     mcu
  version "1.9.0"
  from    "1.8.3"
  file    "firmware/mcu.pack"
}

devices pilot of water_meter {
  866123040000010
  866123040000028
}

devices berlin of water_meter from "lists/berlin.csv"
`;
export const spring = `import "catalog.otaplan"

plan "Water meter 2.4" {
  product   water_meter
  effective 2026-12-01 00:00 to 2026-12-15 23:59 in "Europe/Berlin"

  targets {
    include pilot, berlin
  }

  upgrade modem    to "2.4.0" from "2.3.0"
  upgrade main_mcu to "1.9.0" from "1.8.3"

  mode silent {
    push            01:00 to 05:00
    after rejection 180 min
  }

  conditions {
    battery >= 40 %
    signal  >= -100 dBm
  }

  waves {
    50 %  then wait 24 h
    100 %
    halt when failed > 40 % of at least 2
  }
}
`;

/** A folder of plans with an editor in front of it, for tests of features. */
export class Desk {
  readonly folder: string;
  readonly client: LspClient;
  private version = 1;

  private constructor(folder: string, client: LspClient) {
    this.folder = folder;
    this.client = client;
  }

  /** Sets a desk up: `catalog.otaplan`, `spring.otaplan` and an empty `scratch.otaplan` are open, a Developer Center is known. */
  static async setUp(options: Partial<ClientOptions> = {}): Promise<Desk> {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'otaplan-desk-'));
    const files: Readonly<Record<string, string>> = {
      'lists/berlin.csv': 'device_key\n866123040000036\n',
      'firmware/modem-2.4.0.bin': 'modem',
      'firmware/mcu.pack': 'mcu',
      'catalog.otaplan': catalog,
      'spring.otaplan': spring,
    };
    for (const [name, text] of Object.entries(files)) {
      await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
      await writeFile(path.join(folder, name), text);
    }
    const client = await LspClient.start({ folders: [pathToFileURL(folder).href], ...options });
    const desk = new Desk(folder, client);
    await client.open(desk.uri('spring.otaplan'), spring);
    await client.open(desk.uri('catalog.otaplan'), catalog);
    await client.open(desk.uri('scratch.otaplan'), '');
    await client.notify('otaplan/catalogue', {
      center: 'Test',
      products: { kind: 'good', value: [{ productKey: 'p1WM01', name: 'Water meter NB' }] },
      packages: {
        kind: 'good',
        value: [
          {
            name: 'Modem 2.5.0',
            type: 'module',
            version: '2.5.0',
            sourceVersion: null,
            sha256: ['ab'.repeat(32)],
            size: 2048,
          },
        ],
      },
      devices: {
        p1WM01: {
          kind: 'good',
          value: [
            { deviceKey: '866123040000010', name: 'Cellar', online: true, versions: { FOTA: '2.3.0' }, lastSeen: now },
          ],
        },
      },
    });
    await client.until(desk.uri('catalog.otaplan'), (all) => all.some(({ code }) => code === 'PKG002'), 'PKG002');
    return desk;
  }

  async clear(): Promise<void> {
    expect(this.client.problems).toEqual([]);
    await this.client.stop();
    await rm(this.folder, { recursive: true });
  }

  uri(name: string): string {
    return pathToFileURL(path.join(this.folder, name)).href;
  }
  document(name: string): { textDocument: { uri: string } } {
    return { textDocument: { uri: this.uri(name) } };
  }

  /** Puts a text with a cursor `|` into the scratch document, and says where the cursor stands. */
  async typed(text: string): Promise<{ textDocument: { uri: string }; position: Position }> {
    const index = text.indexOf('|');
    this.version++;
    const plain = text.slice(0, index) + text.slice(index + 1);
    await this.client.change(this.uri('scratch.otaplan'), this.version, [{ text: plain }]);
    return { ...this.document('scratch.otaplan'), position: at(plain, plain.slice(index), 0, index) };
  }

  /** What is offered at the cursor `|` of a text, best first. */
  async complete(text: string): Promise<CompletionItem[]> {
    const list = await this.client.request<CompletionList>('textDocument/completion', await this.typed(text));
    return list.items.toSorted((a, b) => ((a.sortText ?? '') < (b.sortText ?? '') ? -1 : 1));
  }

  /** What is told of the word at the cursor `|` of a text. */
  async hover(text: string): Promise<string> {
    return hoverText(await this.client.request<Hover | null>('textDocument/hover', await this.typed(text)));
  }

  /** Actions at the cursor `|` of a text. */
  async actions(text: string, only: readonly string[]): Promise<CodeAction[]> {
    const { textDocument, position } = await this.typed(text);
    return this.actionsAt(textDocument, position, only);
  }
  async actionsAt(textDocument: { uri: string }, position: Position, only?: readonly string[]): Promise<CodeAction[]> {
    return this.client.request<CodeAction[]>('textDocument/codeAction', {
      textDocument,
      range: { start: position, end: position },
      context: { diagnostics: [], ...(only ? { only } : {}) },
    });
  }
}

/** Where a word stands in a text: `offset` characters into it. */
export function at(text: string, word: string, offset = 1, index = text.indexOf(word)): Position {
  const before = text.slice(0, index + offset).split('\n');
  return { line: before.length - 1, character: before.at(-1)?.length ?? 0 };
}

export function hoverText(hover: Hover | null): string {
  return hover && typeof hover.contents === 'object' && 'value' in hover.contents ? hover.contents.value : '';
}

/** A text after edits of one document. */
export function edited(text: string, edits: readonly TextEdit[]): string {
  return TextDocument.applyEdits(TextDocument.create('file:///x', 'otaplan', 1, text), [...edits]);
}

/** The edits of a workspace edit for a document, in either of the two forms of LSP. */
export function editsOf(edit: WorkspaceEdit | undefined, uri: string): TextEdit[] {
  const inChanges = edit?.changes?.[uri] ?? [];
  const inDocuments = (edit?.documentChanges ?? []).flatMap((change) =>
    'textDocument' in change && change.textDocument.uri === uri ? (change.edits as TextEdit[]) : [],
  );
  return [...inChanges, ...inDocuments];
}
