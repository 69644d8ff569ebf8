/** @import { Attachment, Fields } from './types.js' */
import * as Kind from './kinds.js';
import { ChatError, ErrorCode, fileAddress } from './protocol.js';

/** @type {Record<number, number>} */
const CODES = { 403: ErrorCode.expired, 404: ErrorCode.notFound, 410: ErrorCode.expired, 413: ErrorCode.tooLarge, 422: ErrorCode.malformed };

/**
 * @param {(object: Fields) => Promise<Fields>} ask @param {string} server @param {Blob} file @param {string} name
 * @param {(part: number) => void} progress @param {AbortSignal} [signal] @returns {Promise<Attachment>}
 */
export async function upload(ask, server, file, name, progress, signal) {
  const type = /^[\w.+-]+\/[\w.+-]+$/.test(file.type) ? file.type : 'application/octet-stream';
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', await file.arrayBuffer()));
  const sha256 = [...hash].map(byte => byte.toString(16).padStart(2, '0')).join('');
  const { attachment: id, put, url } = await ask({ msgid: Kind.startUpload, name: name.replace(/[/\\\p{Cc}]/gu, '_').slice(-100) || 'file', size: file.size, type, sha256 });
  signal?.throwIfAborted();
  const { status, text } = await (globalThis.XMLHttpRequest ? sendOfPage : send)(fileAddress(server, put), file, progress, signal);
  if (status !== 201 && status !== 204)
    throw new ChatError(text.trim() || `the server answers ${status}`, CODES[status] ?? ErrorCode.unavailable, !(status in CODES));
  return { id, name, type, size: file.size, ...(url && { url }) };
}

/** Only this way a page hears how far it is. @param {string} address @param {Blob} file @param {(part: number) => void} progress @param {AbortSignal} [signal] @returns {Promise<{ status: number, text: string }>} */
const sendOfPage = (address, file, progress, signal) => new Promise((done, fail) => {
  const request = new XMLHttpRequest();
  request.open('PUT', address);
  request.upload.onprogress = ({ loaded }) => progress(file.size ? loaded / file.size : 1);
  request.onload = () => done({ status: request.status, text: request.responseText });
  request.onerror = () => fail(new ChatError('the file did not get through'));
  request.onabort = () => fail(signal?.reason);
  signal?.addEventListener('abort', () => request.abort());
  request.send(file);
});

/** @param {string} address @param {Blob} file @param {(part: number) => void} progress @param {AbortSignal} [signal] */
async function send(address, file, progress, signal) {
  const answer = await fetch(address, { method: 'PUT', body: file, ...(signal && { signal }) });
  progress(1);
  return { status: answer.status, text: await answer.text() };
}
