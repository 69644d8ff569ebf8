const BROWSERS = [['Edge', /\bEdg(e|A|iOS)?\//], ['Opera', /\b(OPR|OPT)\//], ['Samsung Internet', /\bSamsungBrowser\//], ['Firefox', /\b(Firefox|FxiOS)\//], ['Chrome', /\b(Headless)?(Chrome|CriOS|Chromium)\//], ['Safari', /\bSafari\//]];
const SYSTEMS = [['iPhone', /\biPhone\b/], ['iPad', /\biPad\b/], ['Android', /\bAndroid\b/], ['ChromeOS', /\bCrOS\b/], ['Windows', /\bWindows\b/], ['macOS', /\bMac OS X\b/], ['Linux', /\bLinux\b/]];

/** @param {(string | RegExp)[][]} known @param {string} words */
const first = (known, words) => known.find(([, pattern]) => /** @type {RegExp} */ (pattern).test(words))?.[0];

/**
 * What a browser is called until its user says otherwise, such as "Chrome on Linux". Browsers name others too, so those that are named by few come first.
 * @param {string} userAgent what it says of itself
 */
export function deviceName(userAgent) {
  const browser = first(BROWSERS, userAgent) ?? 'A browser';
  const system = first(SYSTEMS, userAgent);
  return system ? `${browser} on ${system}` : String(browser);
}
