-- namefold, groupfold: by what names are compared (see the same columns of MySQL; a node fills them in). namekey and groupkey are
-- what older nodes on the same file compare by.
ALTER TABLE Users ADD COLUMN namefold TEXT;
CREATE INDEX Users_namefold ON Users (namefold);
ALTER TABLE AllGroup ADD COLUMN groupfold TEXT;
CREATE INDEX AllGroup_groupfold ON AllGroup (groupfold);
