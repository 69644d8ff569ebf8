-- The cmid in front of the sender: where the clients' cmids come from clocks or counters, those of all members ascend together, and a
-- commit touches one page of this index for each conversation instead of one for each sender in it.
DROP INDEX MessageLog_once;
CREATE UNIQUE INDEX MessageLog_once ON MessageLog (a, b, cmid, sender);
