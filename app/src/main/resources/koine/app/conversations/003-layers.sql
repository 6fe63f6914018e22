-- The layers (LoRA adapters) that a conversation is answered with, beside its model. The name is the store's for the file,
-- of one outside of the models folders its path; the hash is that of the file when it was chosen: another file under the
-- same name is another layer.
CREATE TABLE layers (
  conversation_id TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
  position        INTEGER NOT NULL,
  name            TEXT NOT NULL,
  sha256          TEXT NOT NULL,
  scale           REAL NOT NULL,
  PRIMARY KEY (conversation_id, position)
) STRICT;
