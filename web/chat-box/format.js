const DAY = 86_400_000;

/** @param {Date} date */
const dayOf = date => new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();

/** @param {number} ts */
export const clockTime = ts => new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' }).format(ts);

/** For the head of a day: today, yesterday, a weekday, a date. @param {number} ts @param {number} now */
export function dayName(ts, now) {
  const days = Math.round((dayOf(new Date(now)) - dayOf(new Date(ts))) / DAY);
  if (days === 0 || days === 1)
    return days === 0 ? 'Today' : 'Yesterday';
  if (days > 1 && days < 7)
    return new Intl.DateTimeFormat(undefined, { weekday: 'long' }).format(ts);
  return new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'long', year: 'numeric' }).format(ts);
}

/** For a sentence: the time of today, else also the day. @param {number} ts @param {number} now */
export const dayAndTime = (ts, now) => (isSameDay(ts, now) ? clockTime(ts) : `${dayName(ts, now)}, ${clockTime(ts)}`);

/** For a list: the time of today, else the day, in short. @param {number} ts @param {number} now */
export function shortTime(ts, now) {
  const days = Math.round((dayOf(new Date(now)) - dayOf(new Date(ts))) / DAY);
  if (days === 0)
    return clockTime(ts);
  return new Intl.DateTimeFormat(undefined, days < 7 ? { weekday: 'short' } : { day: 'numeric', month: 'short' }).format(ts);
}

/** @param {number} a @param {number} b */
export const isSameDay = (a, b) => dayOf(new Date(a)) === dayOf(new Date(b));

const LINK = /https?:\/\/[^\s<>"']+[^\s<>"'.,;:!?)\]}]/gu;

/**
 * A text, cut into what is a link and what is not.
 * @param {string} text @returns {{ text: string, href?: string }[]}
 */
export function linkify(text) {
  const parts = [];
  let end = 0;
  for (const match of text.matchAll(LINK)) {
    if (!URL.canParse(match[0]))
      continue;
    if (match.index > end)
      parts.push({ text: text.slice(end, match.index) });
    parts.push({ text: match[0], href: new URL(match[0]).href });
    end = match.index + match[0].length;
  }
  if (end < text.length)
    parts.push({ text: text.slice(end) });
  return parts;
}
