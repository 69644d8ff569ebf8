/** The look of a conversation. A page sets the variables where it wants other colours. */
const css = `
:where(:root, :host) {
  color-scheme: light dark;
  --chat-accent: light-dark(#4d4dc4, #5452c8);
  --chat-on-accent: #fff;
  --chat-on-accent-soft: light-dark(#e6e6ff, #ecebff);
  --chat-link: light-dark(#4343b0, #a9a8ff);
  --chat-surface: light-dark(#fff, #17181d);
  --chat-canvas: light-dark(#f5f5f8, #101115);
  --chat-raised: light-dark(#fff, #24262e);
  --chat-line: light-dark(#e3e3ea, #2c2e37);
  --chat-control-line: light-dark(#8a8a99, #6f7180);
  --chat-text: light-dark(#1b1b22, #ececf1);
  --chat-soft: light-dark(#5d5d6b, #a2a3b1);
  --chat-danger: light-dark(#b3261e, #ff9d94);
  --chat-good: light-dark(#18794e, #4cc38a);
  --chat-radius: 18px;
  --chat-font: system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Helvetica Neue", Arial, sans-serif;
}
.visually-hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.icon { width: 1.25em; height: 1.25em; flex: none; fill: none; stroke: currentColor; stroke-width: 1.9; stroke-linecap: round; stroke-linejoin: round; }
button, input, textarea { font: inherit; color: inherit; letter-spacing: inherit; }
button { cursor: pointer; }
button:disabled { cursor: default; }
:focus-visible { outline: 2px solid var(--chat-link); outline-offset: 2px; }
.link { background: none; border: 0; padding: 2px 4px; color: var(--chat-link); font-weight: 600; border-radius: 4px; }
.link:hover { text-decoration: underline; }

.avatar { --hue: 210; display: inline-grid; place-items: center; flex: none; width: 44px; height: 44px; border-radius: 50%; font-size: 15px; font-weight: 650;
  letter-spacing: .02em; background: light-dark(hsl(var(--hue) 62% 90%), hsl(var(--hue) 32% 26%)); color: light-dark(hsl(var(--hue) 60% 26%), hsl(var(--hue) 70% 86%)); }
.avatar.of-group { border-radius: 14px; }
.hue-0 { --hue: 4; } .hue-1 { --hue: 28; } .hue-2 { --hue: 48; } .hue-3 { --hue: 82; } .hue-4 { --hue: 140; } .hue-5 { --hue: 164; }
.hue-6 { --hue: 188; } .hue-7 { --hue: 208; } .hue-8 { --hue: 232; } .hue-9 { --hue: 262; } .hue-10 { --hue: 292; } .hue-11 { --hue: 330; }

.thread { position: relative; display: flex; flex-direction: column; min-height: 0; height: 100%; background: var(--chat-canvas); color: var(--chat-text); font-family: var(--chat-font); font-size: 15px; line-height: 1.42; }
.scroll { flex: 1; min-height: 0; overflow-y: auto; overscroll-behavior: contain; display: flex; flex-direction: column; scrollbar-width: thin; scrollbar-color: var(--chat-control-line) transparent; }
.messages { list-style: none; margin: auto 0 0; padding: 16px clamp(12px, 4%, 48px) 12px; display: flex; flex-direction: column; gap: 2px; outline-offset: -3px; }
.messages:empty { padding: 0; margin: 0; }
.thread-note { margin: auto; padding: 16px; color: var(--chat-soft); text-align: center; }
.messages:not(:empty) + .thread-note { margin: 0; padding: 0 16px 8px; font-size: 13px; }
.thread-note:empty { display: none; }

.divider { align-self: center; margin: 18px 0 8px; font-size: 12px; font-weight: 600; color: var(--chat-soft); }
.divider.day span { padding: 4px 12px; border-radius: 99px; background: var(--chat-surface); border: 1px solid var(--chat-line); }
.divider.new { align-self: stretch; display: flex; align-items: center; gap: 12px; color: var(--chat-link); }
.divider.new::before, .divider.new::after { content: ""; flex: 1; height: 1px; background: currentColor; opacity: .45; }

.message { display: flex; flex-direction: column; align-items: flex-start; max-width: min(78%, 620px); }
.message.first { margin-top: 10px; }
.message.own { align-self: flex-end; align-items: flex-end; }
.sender { display: none; margin: 0 14px 3px; font-size: 12.5px; font-weight: 600; color: var(--chat-soft); }
.message.other.first .sender { display: block; }
.bubble { padding: 8px 13px 6px; border-radius: var(--chat-radius); background: var(--chat-raised); box-shadow: 0 1px 1px rgb(0 0 0 / .06); min-width: 0; max-width: 100%; }
.own .bubble { background: var(--chat-accent); color: var(--chat-on-accent); }
.other .bubble { border-start-start-radius: 6px; border-end-start-radius: 6px; }
.own .bubble { border-start-end-radius: 6px; border-end-end-radius: 6px; }
.other.first .bubble { border-start-start-radius: var(--chat-radius); }
.own.first .bubble { border-start-end-radius: var(--chat-radius); }
.files { display: flex; flex-direction: column; align-items: flex-start; gap: 6px; margin-bottom: 4px; }
.picture { display: block; border-radius: 12px; overflow: hidden; max-width: min(320px, 100%); background: var(--chat-line); }
.picture img { display: block; max-width: 100%; max-height: 320px; min-width: 48px; min-height: 48px; object-fit: contain; }
.file, .tray-file { display: inline-flex; align-items: center; gap: 8px; max-width: 100%; box-sizing: border-box; padding: 8px 12px; border: 1px solid var(--chat-control-line); border-radius: 12px; color: inherit; text-decoration: none; font-size: 14px; }
.file:hover { text-decoration: underline; }
.file-name { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.file-size { flex: none; font-size: 12px; opacity: .85; }
.tray { display: flex; flex-wrap: wrap; gap: 6px; width: 100%; max-height: 140px; overflow-y: auto; }
.tray-file { background: var(--chat-raised); color: var(--chat-text); padding: 4px 8px; }
.tray-file progress { width: 64px; height: 6px; accent-color: var(--chat-accent); }
.tray-file.failed { border-color: var(--chat-danger); color: var(--chat-danger); }
.tray-file.failed .file-size { white-space: normal; flex: initial; }
.clip { display: grid; place-items: center; flex: none; width: 40px; height: 40px; padding: 0; border: 0; border-radius: 50%; background: none; color: var(--chat-soft); }
.clip[hidden], .tray[hidden], .files[hidden] { display: none; }
.clip:hover { background: var(--chat-line); color: var(--chat-text); }
.text { display: inline; margin: 0; white-space: pre-wrap; overflow-wrap: anywhere; }
.text a { color: var(--chat-link); }
.own .text a { color: inherit; }
.meta { float: right; display: inline-flex; align-items: center; gap: 3px; margin: 5px 0 0 12px; font-size: 11.5px; line-height: 1.3; color: var(--chat-soft); font-variant-numeric: tabular-nums; user-select: none; }
.own .meta { color: var(--chat-on-accent-soft); }
.meta .icon { width: 14px; height: 14px; }
.tick { display: inline-grid; }
.tick.received .icon, .tick.read .icon { width: 17px; }
.tick.read { color: #8ff0ff; }
.tick.read .icon { stroke-width: 2.6; }
.typing { margin: 0; min-height: 20px; padding: 0 clamp(12px, 4%, 48px); font-size: 12.5px; line-height: 20px; color: var(--chat-soft); overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.dot { display: inline-block; flex: none; width: 9px; height: 9px; border-radius: 50%; box-sizing: border-box; background: var(--chat-good); }
.dot.away { background: none; border: 2.5px solid light-dark(#a06200, #f0b429); }
.dot.offline { background: none; border: 2px solid var(--chat-control-line); }
.presence { display: flex; align-items: center; gap: 6px; margin: 0; font-size: 12.5px; color: var(--chat-soft); overflow: hidden; white-space: nowrap; text-overflow: ellipsis; }
.presence:empty { display: none; }
[data-state="failed"] .bubble { background: var(--chat-raised); color: var(--chat-text); box-shadow: inset 0 0 0 1.5px var(--chat-danger); }
[data-state="failed"] .meta { color: var(--chat-danger); }
.failure { margin: 4px 8px 4px; font-size: 13px; color: var(--chat-danger); text-align: end; }
.failure:empty { display: none; }

.line { display: flex; align-items: center; gap: 4px; max-width: 100%; min-width: 0; }
.own .line { flex-direction: row-reverse; }
.more { display: grid; place-items: center; flex: none; width: 28px; height: 28px; padding: 0; border: 0; border-radius: 50%; background: none; color: var(--chat-soft); opacity: 0; }
.more[hidden] { display: none; }
.more .icon { stroke-width: 3; }
.more:hover { background: var(--chat-line); color: var(--chat-text); }
.message:hover .more, .more:focus-visible, .more[aria-expanded="true"] { opacity: 1; }
@media (hover: none) { .more { opacity: 1; } }
.reactions { display: flex; flex-wrap: wrap; gap: 4px; margin: 4px 2px 2px; max-width: 100%; }
.reactions[hidden] { display: none; }
.own .reactions { justify-content: flex-end; }
.reaction { display: inline-flex; align-items: center; gap: 5px; min-height: 26px; padding: 1px 9px; border: 1px solid var(--chat-line); border-radius: 99px; background: var(--chat-surface); color: var(--chat-text); font-size: 13px; line-height: 1.3; }
.reaction:hover { border-color: var(--chat-control-line); }
.reaction[aria-pressed="true"] { border-color: var(--chat-link); background: light-dark(#ececff, #2a2a4d); color: var(--chat-link); font-weight: 650; }
/* A client may send any short text. */
.reaction > :first-child { max-width: 9em; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; unicode-bidi: isolate; }
.count { font-variant-numeric: tabular-nums; }
.edited { font-style: italic; }
.gone .bubble, .own.gone .bubble { background: none; color: var(--chat-soft); box-shadow: inset 0 0 0 1px var(--chat-control-line); font-style: italic; }
.message.system { align-self: center; }
.message.system.first .sender { display: none; }
.system .bubble { background: none; box-shadow: none; color: var(--chat-soft); font-size: .875em; text-align: center; }
.system .text { display: inline; }
.system .meta { float: none; margin: 0 0 0 8px; color: var(--chat-soft); }
.own.gone .meta { color: var(--chat-soft); }
.found .bubble { animation: found 2.4s ease-out; }
@keyframes found { from, 40% { box-shadow: 0 0 0 3px var(--chat-link); } to { box-shadow: 0 0 0 3px transparent; } }
.menu { position: fixed; inset: auto; margin: 0; padding: 6px; min-width: 176px; max-width: calc(100vw - 16px); box-sizing: border-box; border: 1px solid var(--chat-line); border-radius: 14px; background: var(--chat-raised); color: var(--chat-text); font-family: var(--chat-font); font-size: 15px; box-shadow: 0 8px 32px rgb(0 0 0 / .22); }
.menu-emojis { display: flex; flex-wrap: wrap; gap: 2px; max-width: 264px; }
.menu-emojis:not(:last-child) { padding-bottom: 6px; margin-bottom: 6px; border-bottom: 1px solid var(--chat-line); }
.emoji { width: 40px; height: 40px; overflow: hidden; white-space: nowrap; padding: 0; border: 0; border-radius: 10px; background: none; font-size: 21px; line-height: 1; }
.emoji[aria-checked="true"] { background: light-dark(#ececff, #2a2a4d); box-shadow: inset 0 0 0 1.5px var(--chat-link); }
.menu-item { display: flex; align-items: center; gap: 10px; width: 100%; padding: 9px 10px; border: 0; border-radius: 10px; background: none; text-align: start; }
.menu-item.danger { color: var(--chat-danger); }
.menu-item[aria-checked="true"] { font-weight: 650; color: var(--chat-link); }
.emoji:hover, .menu-item:hover { background: var(--chat-canvas); }
.pinned { display: flex; align-items: center; gap: 8px; padding: 9px clamp(12px, 4%, 48px); border: 0; border-bottom: 1px solid var(--chat-line); background: var(--chat-surface); color: var(--chat-text); font-size: 13.5px; text-align: start; min-width: 0; }
.pinned[hidden] { display: none; }
.pinned .icon { color: var(--chat-link); }
.pinned-text { overflow: hidden; white-space: nowrap; text-overflow: ellipsis; }
.pinned:focus-visible { outline-offset: -3px; }
.thread-alert { margin: 0; padding: 8px clamp(12px, 4%, 48px); background: var(--chat-surface); border-top: 1px solid var(--chat-line); color: var(--chat-danger); font-size: 13.5px; }
.thread-alert:empty { display: none; }
.editing { flex: 1 0 100%; min-width: 0; max-width: 100%; display: flex; align-items: center; gap: 8px; font-size: 13.5px; font-weight: 600; color: var(--chat-link); }
.editing[hidden] { display: none; }
.editing > span { overflow: hidden; white-space: nowrap; text-overflow: ellipsis; }
.quote { display: grid; width: 100%; margin: 0 0 4px; padding: 3px 8px; border: 0; border-inline-start: 3px solid var(--chat-link); border-radius: 6px; background: light-dark(rgb(0 0 0 / .05), rgb(255 255 255 / .08)); color: inherit; font-size: 13px; text-align: start; }
.quote[hidden] { display: none; }
.quote > * { overflow: hidden; white-space: nowrap; text-overflow: ellipsis; }
.own .quote { border-color: currentcolor; }
.for-me .bubble { box-shadow: inset 3px 0 0 var(--chat-link); }
.editing .link { flex: none; margin-inline-start: auto; }
.replies { margin: 2px 8px 4px; font-size: 13px; }
.replies[hidden], .quote.in-thread b:empty { display: none; }
.in-thread { border-inline-start-style: dotted; }
.mention-box { position: relative; flex: 0 0 100%; height: 0; margin: 0 0 -8px; }
.mention-box .mentions { position: absolute; inset: auto auto 4px 0; z-index: 2; margin: 0; padding: 6px; list-style: none; width: min(320px, 100%); max-height: 264px; overflow-y: auto; box-sizing: border-box; border: 1px solid var(--chat-line); border-radius: 14px; background: var(--chat-raised); color: var(--chat-text); box-shadow: 0 8px 32px rgb(0 0 0 / .22); }
.mentions[hidden] { display: none; }
.mention { padding: 8px 10px; border-radius: 10px; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; cursor: pointer; }
.mention[aria-selected="true"] { background: light-dark(#ececff, #2a2a4d); box-shadow: inset 0 0 0 1.5px var(--chat-link); }
/* A page may have dialogs of its own. */
.report { width: min(420px, calc(100vw - 24px)); box-sizing: border-box; padding: 18px 20px 20px; border: 1px solid var(--chat-line); border-radius: 20px; background: var(--chat-surface); color: var(--chat-text); font: 15px/1.42 var(--chat-font); box-shadow: 0 24px 80px rgb(0 0 0 / .3); }
.report::backdrop { background: rgb(10 10 25 / .45); }
.report h2 { margin: 0 0 10px; font-size: 18px; font-weight: 660; }
.report label span { display: block; margin-bottom: 10px; color: var(--chat-soft); font-size: 13.5px; }
.report textarea { display: block; width: 100%; box-sizing: border-box; resize: vertical; max-height: 40vh; padding: 10px 14px; border: 1px solid var(--chat-control-line); border-radius: 12px; background: var(--chat-surface); font-size: 16px; }
.report textarea:focus { outline: 2px solid var(--chat-link); outline-offset: -1px; border-color: transparent; }
.report p { margin: 8px 0 0; }
.report p:empty { display: none; }
.readers { max-height: 50vh; margin: 10px 0 0; padding: 0; overflow-y: auto; list-style: none; }
.readers li { padding: 6px 0; overflow-wrap: anywhere; }
.readers .only { color: var(--chat-soft); font-size: 13.5px; }
.report-error { color: var(--chat-danger); font-size: 14px; }
.report-end { display: flex; justify-content: flex-end; gap: 8px; margin-top: 14px; }
.report-end button { min-height: 44px; padding: 10px 20px; border: 1px solid var(--chat-line); border-radius: 12px; background: var(--chat-surface); font-weight: 620; }
.report-end .report-send { border-color: transparent; background: var(--chat-accent); color: var(--chat-on-accent); }
.report-end .report-send:disabled { opacity: .7; }
.thread-view { position: absolute; inset: 0 0 0 auto; z-index: 1; display: flex; flex-direction: column; width: min(440px, 100%); box-sizing: border-box; border-inline-start: 1px solid var(--chat-line); background: var(--chat-canvas); box-shadow: -12px 0 40px rgb(0 0 0 / .12); }
.thread-view > header { display: flex; align-items: center; justify-content: space-between; padding: 6px 8px 6px 20px; background: var(--chat-surface); border-bottom: 1px solid var(--chat-line); }
.thread-view h2 { margin: 0; font-size: 16px; font-weight: 660; }
.thread-view .message { max-width: 92%; }
.thread-view .quote.in-thread { display: none; }
.thread-view .plain { display: grid; place-items: center; width: 44px; height: 44px; border: 0; border-radius: 12px; background: none; color: var(--chat-soft); }
.earlier { align-self: center; margin: 12px auto 0; display: block; }
.earlier[hidden] { display: none; }
.jump { position: absolute; right: 20px; bottom: 86px; display: inline-flex; align-items: center; gap: 6px; padding: 8px 14px 8px 10px; border-radius: 99px; border: 1px solid var(--chat-line);
  background: var(--chat-raised); color: var(--chat-text); font-size: 13px; font-weight: 600; box-shadow: 0 4px 16px rgb(0 0 0 / .16); }
.jump[hidden] { display: none; }
.jump .icon { width: 16px; height: 16px; }
.composer { display: flex; flex-wrap: wrap; align-items: flex-end; gap: 8px; padding: 10px clamp(10px, 3%, 24px) max(12px, env(safe-area-inset-bottom)); background: var(--chat-surface); border-top: 1px solid var(--chat-line); }
.composer textarea { flex: 1; min-width: 0; resize: none; max-height: 160px; padding: 10px 16px; border: 1px solid var(--chat-control-line); border-radius: 22px; background: var(--chat-canvas); line-height: 22px; font-size: 16px; box-sizing: border-box; height: 44px; }
.composer textarea::placeholder { color: var(--chat-soft); opacity: 1; }
.composer textarea:focus { outline: 2px solid var(--chat-link); outline-offset: -1px; border-color: transparent; }
.send { display: grid; place-items: center; width: 44px; height: 44px; border: 0; border-radius: 50%; background: var(--chat-accent); color: var(--chat-on-accent); transition: background .15s, transform .1s; flex: none; }
.send:disabled { background: var(--chat-line); color: var(--chat-soft); }
.send:not(:disabled):active { transform: scale(.94); }
.status { display: flex; align-items: center; justify-content: center; gap: 8px; padding: 6px 12px; font-size: 13px; font-weight: 550; background: light-dark(#fff3d6, #3a2f12); color: light-dark(#6b4700, #ffdf9b); }
.status[hidden] { display: none; }
@media (prefers-reduced-motion: reduce) { * { transition: none !important; animation: none !important; scroll-behavior: auto !important; } }
`;

/** For `adoptedStyleSheets`, of a document or of a shadow root: a policy that forbids inline styles allows it. */
export function sheet() {
  const made = new CSSStyleSheet();
  made.replaceSync(css);
  return made;
}
