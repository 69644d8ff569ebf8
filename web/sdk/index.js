export { withChange } from './changes.js';
export { ChatClient } from './client.js';
export { IndexedDBStore } from './indexeddb-store.js';
export { MemoryStore } from './memory-store.js';
export { ChatError, ErrorCode, direct, group } from './protocol.js';
