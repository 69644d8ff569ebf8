-- Had the cmid in front of the sender in MessageLog_once; 006 goes further and makes that index anew once.
SELECT 1;
