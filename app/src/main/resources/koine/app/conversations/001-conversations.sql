-- Times are milliseconds since 1970 UTC. A message's parent is the message it follows: answers to one question that
-- was asked again are siblings.
CREATE TABLE conversations (
  id            TEXT PRIMARY KEY,
  title         TEXT NOT NULL,
  system_prompt TEXT,
  created_at    INTEGER NOT NULL,
  updated_at    INTEGER NOT NULL
) STRICT;

CREATE INDEX conversations_by_update ON conversations (updated_at);

CREATE TABLE messages (
  sequence        INTEGER PRIMARY KEY,
  id              TEXT NOT NULL UNIQUE,
  conversation_id TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
  parent_id       TEXT REFERENCES messages (id) ON DELETE CASCADE,
  role            TEXT NOT NULL CHECK (role IN ('user', 'assistant')),
  content         TEXT NOT NULL,
  model           TEXT,
  language        TEXT,
  state           TEXT NOT NULL CHECK (state IN ('streaming', 'complete', 'interrupted', 'failed')),
  created_at      INTEGER NOT NULL,
  prompt_tokens   INTEGER,
  cached_tokens   INTEGER,
  answer_tokens   INTEGER,
  prompt_millis   REAL,
  answer_millis   REAL,
  -- The process that writes a streaming answer: when it is gone, nobody will finish the answer.
  writer_pid      INTEGER,
  writer_started  INTEGER
) STRICT;

CREATE INDEX messages_by_conversation ON messages (conversation_id, sequence);
CREATE INDEX messages_by_parent ON messages (parent_id);
CREATE INDEX messages_streaming ON messages (state) WHERE state = 'streaming';
