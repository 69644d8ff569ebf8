-- What operators, and the product's own servers, have changed over the API: written before it is done. key_id: of a stored key; 0 and below one of the
-- settings; NULL: somebody on the node's own machine. subject: what it was done to, as the path names it, and detail the rest of the path. result: the
-- status of the answer; NULL: not known. at in milliseconds since 1970, UTC.
CREATE TABLE IF NOT EXISTS AuditLog (
    id BIGINT NOT NULL AUTO_INCREMENT,
    at BIGINT NOT NULL,
    key_id INT NULL,
    key_name VARCHAR(100) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    operation VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    subject VARCHAR(100) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    detail VARCHAR(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    result INT NULL,
    address VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    node VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    PRIMARY KEY (id),
    KEY AuditLog_at (at),
    KEY AuditLog_subject (subject, id)
) ENGINE = InnoDB;
