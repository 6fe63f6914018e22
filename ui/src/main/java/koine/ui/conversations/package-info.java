/** The list of conversations. */
@NullMarked
package koine.ui.conversations;

import org.jspecify.annotations.NullMarked;
