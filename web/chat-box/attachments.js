/** @import { Attachment, Message } from '../sdk/types.js' */
import { h, icon } from './dom.js';

/** Pictures that browsers show by themselves, and that cannot carry a script. */
const PICTURES = ['image/png', 'image/jpeg', 'image/gif', 'image/webp'];

/** For people. @param {number} bytes */
export const sizeWords = bytes => (bytes < 1024 ? `${bytes} B` : bytes < 1024 * 1024 ? `${Math.round(bytes / 1024)} KB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`);

/** The files of a message; what cannot be one is passed over. @param {Message} message @returns {Attachment[]} */
export const filesOf = ({ recalled, fields }) => (recalled || !Array.isArray(fields?.attachments) ? []
  : fields.attachments.filter(file => typeof file?.id === 'string' && typeof file.name === 'string' && typeof file.size === 'number'));

/** The beginning of a message, or what it has instead of words. @param {Message} message */
export function wordsOf(message) {
  const files = message.text ? [] : filesOf(message);
  return (files.length > 0 ? files.map(({ name }) => name).join(', ') : message.text).slice(0, 200);
}

/** What goes with a text. @param {Attachment[]} files @param {number} reply the number of the message that it answers @param {number[] | 'all'} [mentions] @returns {import('../sdk/types.js').Fields | undefined} */
export function fieldsOf(files, reply, mentions) {
  const fields = { ...(files.length > 0 && { attachments: files }), ...(reply > 0 && { reply }), ...(mentions && { mentions }) };
  return Object.keys(fields).length > 0 ? fields : undefined;
}

/** Pictures are shown, everything else is a button that downloads. @param {Attachment[]} files @param {(file: Attachment) => string} urlOf */
export const showFiles = (files, urlOf) => files.map(file => {
  const href = urlOf(file);
  const to = { href: href || undefined, target: '_blank', rel: 'noopener noreferrer' };
  if (href && PICTURES.includes(file.type))
    return h('a', { ...to, class: 'picture', 'aria-label': `Picture ${file.name}` }, h('img', { src: href, alt: file.name, loading: 'lazy', decoding: 'async' }));
  return h('a', { ...to, class: 'file', download: file.name }, icon('file'), h('span', { class: 'file-name', dir: 'auto' }, file.name), h('span', { class: 'file-size' }, sizeWords(file.size)));
});
