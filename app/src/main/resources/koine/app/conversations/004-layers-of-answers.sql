-- The layers that an answer was written with, as those of a conversation are kept. How many tells an answer of the model
-- alone from one of which nothing is known: it is older than this.
ALTER TABLE messages ADD COLUMN layers INTEGER;

CREATE TABLE answer_layers (
  message_id TEXT NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
  position   INTEGER NOT NULL,
  name       TEXT NOT NULL,
  sha256     TEXT NOT NULL,
  scale      REAL NOT NULL,
  PRIMARY KEY (message_id, position)
) STRICT;
