// What the SDK loads when it is first needed. A fake clock does not wait for files to be read, so its tests have them from the start.
import '../../sdk/files.js';
import '../../sdk/indexeddb.js';
import '../../sdk/live.js';
import '../../sdk/own-changes.js';
import '../../sdk/requests.js';
import '../../sdk/watching.js';
