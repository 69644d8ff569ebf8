/** @import { ChatClient } from '../sdk/client.js' */
import { h, icon } from './dom.js';

/** A moment without a connection is not worth a word, in ms. */
const GRACE = 700;

/** Says honestly how the connection is, when it is not as it should be. @param {ChatClient} client */
export function connectionStatus(client) {
  const text = h('span');
  const element = h('div', { class: 'status', role: 'status', hidden: true }, icon('clock'), text);
  let retryAt = 0;
  let grace = 0;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  let ticking;

  const show = () => {
    const { state, reason } = client.status;
    const seconds = Math.ceil((retryAt - performance.now()) / 1000);
    const words = {
      ready: '', syncing: 'Catching up on what you missed…',
      connecting: seconds > 0 ? `No connection. Trying again in ${seconds} s` : 'Connecting…',
      disconnected: reason && reason !== 'closed' ? `Not connected: ${reason}` : '',
    }[state];
    element.hidden = words === '' || performance.now() < grace;
    if (text.textContent !== words)
      text.textContent = words;
  };
  const onState = (/** @type {{ state: string, retryIn?: number }} */ { state, retryIn = 0 }) => {
    if (element.hidden && state !== 'ready' && grace === 0)
      grace = performance.now() + GRACE;
    if (state === 'ready')
      grace = 0;
    retryAt = performance.now() + retryIn;
    clearInterval(ticking);
    if (state !== 'ready')
      ticking = setInterval(show, 250);
    show();
  };
  const off = client.on('state', onState);
  onState(client.status);
  return { element, close: () => { off(); clearInterval(ticking); } };
}
