/** @param {number} count */
export const number = count => count >= 1e6 ? `${(count / 1e6).toFixed(1)} M` : count >= 1e4 ? `${Math.round(count / 1e3)} k` : String(Math.round(count));

/** Per second. @param {number | null} rate */
export const perSecond = rate => rate === null ? '–' : `${rate > 0 && rate < 9.95 ? rate.toFixed(1) : number(rate)}/s`;

/** @param {number | null} seconds */
export function duration(seconds) {
  if (seconds === null)
    return '–';
  return seconds === Infinity ? '> 10 s' : seconds < 1 ? `${+(seconds * 1000).toPrecision(2)} ms` : `${+seconds.toPrecision(2)} s`;
}

/** @param {number} bytes */
export const memory = bytes => bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${Math.round(bytes / 1e6)} MB`;

/** How long something runs. @param {number} milliseconds */
export function span(milliseconds) {
  const minutes = Math.floor(milliseconds / 60_000);
  const [days, hours] = [Math.floor(minutes / 1440), Math.floor(minutes / 60)];
  return days > 0 ? `${days} d ${hours % 24} h` : hours > 0 ? `${hours} h ${minutes % 60} min` : minutes > 0 ? `${minutes} min` : `${Math.floor(milliseconds / 1000)} s`;
}

const CLOCK = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const MOMENT = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium' });

/** @param {number} at */
export const clock = at => CLOCK.format(at);

/** @param {number} at */
export const moment = at => MOMENT.format(at);
