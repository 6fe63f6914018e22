/** Conversations and messages in SQLite. */
@NullMarked
package koine.app.conversations;

import org.jspecify.annotations.NullMarked;
