/**
 * An element. Texts become text nodes, never markup.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Record<string, any>} [attributes] `on…` are handlers, `class` and others attributes; null, undefined and false are left out
 * @param {...(Node | string | null | undefined | false)} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false)
      continue;
    if (name.startsWith('on'))
      element.addEventListener(name.slice(2), value);
    else
      element.setAttribute(name, value === true ? '' : String(value));
  }
  element.append(...children.filter(child => child !== null && child !== undefined && child !== false));
  return element;
}

const PATHS = {
  send: 'M4 12 20 4l-4 16-4-7-8-1Z',
  back: 'M15 5l-7 7 7 7',
  down: 'M12 5v14m-6-6 6 6 6-6',
  clip: 'M20 11.5 12.2 19.3a5 5 0 0 1-7-7l8.2-8.3a3.3 3.3 0 0 1 4.7 4.7l-8.2 8.2a1.7 1.7 0 0 1-2.4-2.4l7.5-7.5',
  file: 'M13 3H6v18h12V8l-5-5Zm0 0v5h5',
  compose: 'M4 20h4L19 9l-4-4L4 16v4Zm9-13 4 4',
  people: 'M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7Zm-6 9a6 6 0 0 1 12 0m1-9a3 3 0 1 0-1-5.8M21 19a5 5 0 0 0-4-4.9',
  leave: 'M14 4H6v16h8m-4-8h11m-4-4 4 4-4 4',
  clock: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18Zm0-14v5l3 2',
  check: 'M5 13l4 4L19 7',
  checks: 'M1.5 13l4 4L15 7m-3.5 9.5.5.5L22.5 7',
  warning: 'M12 4 2.5 20h19L12 4Zm0 6v4m0 3v.5',
  close: 'M6 6l12 12M18 6 6 18',
  search: 'M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14Zm5-2 5 5',
  chat: 'M4 5h16v11H10l-5 4v-4H4V5Z',
  more: 'M5 12h.01M12 12h.01M19 12h.01',
  pin: 'M9 4h6l-1 6 3 3v2H7v-2l3-3-1-6Zm3 11v5',
  undo: 'M9 14 4 9l5-5M4 9h9a6 6 0 0 1 0 12H9',
  reply: 'M10 8V4l-7 7 7 7v-4c5 0 8 1.5 11 5-.5-6-4-10-11-11Z',
  block: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM5.7 5.7l12.6 12.6',
  archive: 'M4 5h16v4H4V5Zm1.5 4v10h13V9M10 13h4',
  quiet: 'M6 17V11a6 6 0 0 1 9-5m3 5v6l2 1H8m2 2a2 2 0 0 0 4 0M4 4l16 16',
  thread: 'M5 5v8a4 4 0 0 0 4 4h10m-4-4 4 4-4 4M11 6h8m-8 5h5',
  device: 'M4 5h16v11H4V5Zm5 15h6m-3-4v4',
  flag: 'M5 21V4h14l-3 4.5 3 4.5H5',
  bell: 'M6 17V11a6 6 0 1 1 12 0v6l2 1H4l2-1Zm4 3a2 2 0 0 0 4 0',
};

/** A drawing that says nothing by itself: what it is for stands beside it or in a label. @param {keyof typeof PATHS} name */
export function icon(name) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('class', 'icon');
  svg.setAttribute('aria-hidden', 'true');
  path.setAttribute('d', PATHS[name]);
  svg.append(path);
  return svg;
}

/** A colour of twelve, and initials: always the same of the same name. @param {string} name @param {boolean} [isGroup] */
export function avatar(name, isGroup = false) {
  let hash = 0;
  for (const character of name)
    hash = (hash * 31 + (character.codePointAt(0) ?? 0)) >>> 0;
  const words = name.split(/[\s._-]+/u).filter(Boolean);
  const initials = (words.length > 1 ? [words[0], words[words.length - 1]] : [words[0] ?? '?']).map(word => [...word][0]).join('').toUpperCase();
  const element = h('span', { class: `avatar hue-${hash % 12}${isGroup ? ' of-group' : ''}`, 'aria-hidden': 'true' }, initials);
  return element;
}
