CREATE TABLE IF NOT EXISTS tenfold_idempotency (
  operation     VARCHAR(128) COLLATE "C" NOT NULL,
  key_hash      BYTEA NOT NULL,
  fingerprint   BYTEA NOT NULL,
  state         CHAR(1) NOT NULL,
  codec         VARCHAR(64),
  codec_version INTEGER,
  result_kind   CHAR(1),
  result        BYTEA,
  created_at    TIMESTAMPTZ NOT NULL,
  expires_at    TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (operation, key_hash)
);
CREATE INDEX IF NOT EXISTS tenfold_idempotency_expires_at ON tenfold_idempotency (expires_at);
