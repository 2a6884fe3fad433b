CREATE TABLE migrated (id bigint PRIMARY KEY, guest text NOT NULL);
