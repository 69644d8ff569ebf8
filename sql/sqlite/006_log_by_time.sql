-- The cmid in front of the conversation too: where the cmids of all clients ascend together, as those that begin with the time do, all
-- messages of a commit touch the same page of this index instead of one for each conversation. Cmids that are random cost a page each.
DROP INDEX MessageLog_once;
CREATE UNIQUE INDEX MessageLog_once ON MessageLog (cmid, a, b, sender);
