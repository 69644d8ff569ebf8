-- The cmid in front of the conversation and the sender: where the cmids of all clients ascend together, as those that begin with the time do,
-- the messages of a commit touch few pages of this index instead of one for each conversation. Cmids that are random cost a page each.
DROP INDEX MessageLog_once;
CREATE UNIQUE INDEX MessageLog_once ON MessageLog (cmid, a, b, sender);
