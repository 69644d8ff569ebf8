/** Numbers of the wire that this SDK speaks: a bundler puts them where they are used. */
export const login = 1, logout = 3, register = 4, direct = 6, addFriend = 7, createGroup = 8, joinGroup = 9, group = 10;
export const hello = 100, helloAck = 101, received = 103, ping = 104, pong = 105, goAway = 106, history = 107, sync = 108;
export const read = 109;
export const getSettings = 110, changeSettings = 111, settingsChanged = 112, receipt = 113, getReceipts = 114;
export const watch = 115, presence = 116, setPresence = 117, typing = 118;
export const contacts = 119, changeContact = 120, contactChanged = 121, getUsers = 122, changeProfile = 123, getGroup = 124, members = 125;
export const changeGroup = 126, changeMembers = 127, leaveGroup = 128, joinRequests = 129, groupChanged = 130, change = 131, changed = 132, changes = 133;
export const conversations = 134, changeConversation = 135;
export const conversationChanged = 136, search = 137, startUpload = 138, devices = 139, changeDevice = 140, refresh = 141, expiring = 142, report = 143;
export const groups = 144, friends = 145;
