-- What a model thought before its answer, and for how long. The finish is the engine's: stop, length or cancelled.
-- The room is that of the context the answer was written in, in tokens.
ALTER TABLE messages ADD COLUMN reasoning TEXT;
ALTER TABLE messages ADD COLUMN reasoning_millis INTEGER;
ALTER TABLE messages ADD COLUMN finish TEXT;
ALTER TABLE messages ADD COLUMN context_tokens INTEGER;

-- A larger context that was chosen for the conversation; null is the engine's usual one.
ALTER TABLE conversations ADD COLUMN context_tokens INTEGER;

-- From where on a long conversation is sent to the model, and what is sent for the rest; the newest counts, older ones
-- come back when it is taken back.
CREATE TABLE context_notes (
  sequence        INTEGER PRIMARY KEY,
  id              TEXT NOT NULL UNIQUE,
  conversation_id TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
  first_sent_id   TEXT NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
  summary         TEXT,
  created_at      INTEGER NOT NULL
) STRICT;

CREATE INDEX context_notes_by_conversation ON context_notes (conversation_id, sequence);
CREATE INDEX context_notes_by_message ON context_notes (first_sent_id);
