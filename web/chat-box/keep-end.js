/** Nearer to an edge than this counts as there, in pixels. */
export const NEAR = 80;

/**
 * Keeps the end of a list in sight when its place becomes smaller: a banner comes above it, a draft grows below it, a keyboard opens.
 * @param {HTMLElement} scroller
 * @returns {() => void} ends it
 */
export function keepEnd(scroller) {
  let height = scroller.clientHeight;
  const observer = new ResizeObserver(() => {
    if (scroller.scrollHeight - scroller.scrollTop - height < NEAR)
      scroller.scrollTop = scroller.scrollHeight;
    height = scroller.clientHeight;
  });
  observer.observe(scroller);
  return () => observer.disconnect();
}
