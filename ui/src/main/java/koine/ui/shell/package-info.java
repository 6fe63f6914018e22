/** The window's frame: what is shown, the bar above it, keys. */
@NullMarked
package koine.ui.shell;

import org.jspecify.annotations.NullMarked;
