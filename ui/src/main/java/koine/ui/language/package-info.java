/** The interface's language while the window is open: texts that follow it, direction, dates. */
@NullMarked
package koine.ui.language;

import org.jspecify.annotations.NullMarked;
