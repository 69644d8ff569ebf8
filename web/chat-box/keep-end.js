/**
 * Keeps the end of a list in sight when its place becomes smaller: a banner comes above it, a draft grows below it, a keyboard opens.
 * @param {HTMLElement} scroller @param {number} near the end is in sight if it is at most so far away, in pixels
 * @returns {() => void} ends it
 */
export function keepEnd(scroller, near) {
  let height = scroller.clientHeight;
  const observer = new ResizeObserver(() => {
    if (scroller.scrollHeight - scroller.scrollTop - height < near)
      scroller.scrollTop = scroller.scrollHeight;
    height = scroller.clientHeight;
  });
  observer.observe(scroller);
  return () => observer.disconnect();
}
