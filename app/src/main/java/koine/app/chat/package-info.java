/** One question and its answer: stored, asked, streamed, stored. */
@NullMarked
package koine.app.chat;

import org.jspecify.annotations.NullMarked;
