/** A conversation: messages, the streaming answer, the composer. */
@NullMarked
package koine.ui.chat;

import org.jspecify.annotations.NullMarked;
