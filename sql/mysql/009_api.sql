-- Keys of the HTTP API, as hashes only. scopes: 1 read, 2 send, 4 manage. created in milliseconds since 1970, UTC.
CREATE TABLE IF NOT EXISTS ApiKey (
    id INT NOT NULL AUTO_INCREMENT,
    hash VARBINARY(32) NOT NULL,
    name VARCHAR(100) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    scopes INT NOT NULL,
    created BIGINT NOT NULL,
    PRIMARY KEY (id),
    UNIQUE KEY ApiKey_hash (hash)
) ENGINE = InnoDB;

-- Requests of the API that have made something and may come again: hashes of whose key and Idempotency-Key, and of the request; the id of what was made.
CREATE TABLE IF NOT EXISTS ApiRequest (
    hash VARBINARY(32) NOT NULL,
    fingerprint VARBINARY(32) NOT NULL,
    made INT NOT NULL,
    created BIGINT NOT NULL,
    PRIMARY KEY (hash),
    KEY ApiRequest_created (created)
) ENGINE = InnoDB;
