/** Screens as PNG files, without a display and without AWT. */
@NullMarked
package koine.ui.screenshot;

import org.jspecify.annotations.NullMarked;
