/** Elements without a framework. Text goes in as text: nothing that came over the network is ever read as HTML. */

type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;
type Child = Node | string | undefined;

const svgNamespace = 'http://www.w3.org/2000/svg';

function fill<E extends Element>(element: E, attributes: Attributes, children: readonly Child[]): E {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue;
    element.setAttribute(name, value === true ? '' : String(value));
  }
  element.append(...children.filter((child) => child !== undefined));
  return element;
}

export function html<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  return fill(document.createElement(tag), attributes, children);
}

export function svg<K extends keyof SVGElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly Child[]
): SVGElementTagNameMap[K] {
  return fill(document.createElementNS(svgNamespace, tag), attributes, children);
}

/** A button that does something. */
export function button(label: string, attributes: Attributes, onPress: () => void, ...children: readonly Child[]) {
  const element = html('button', { type: 'button', ...attributes }, ...(children.length > 0 ? children : [label]));
  element.addEventListener('click', onPress);
  return element;
}

/** A table with a caption for who hears it. */
export function table(caption: string, heads: readonly string[], rows: readonly (readonly Child[])[]): HTMLElement {
  return html(
    'table',
    {},
    html('caption', {}, caption),
    html('thead', {}, html('tr', {}, ...heads.map((head) => html('th', { scope: 'col' }, head)))),
    html(
      'tbody',
      {},
      ...rows.map((cells) =>
        html(
          'tr',
          {},
          ...cells.map((cell, i) => (i === 0 ? html('th', { scope: 'row' }, cell) : html('td', {}, cell))),
        ),
      ),
    ),
  );
}

/** A section with a heading; the id ties the two together. */
export function section(id: string, title: string, ...children: readonly Child[]): HTMLElement {
  return html('section', { 'aria-labelledby': id }, html('h2', { id }, title), ...children);
}
