/** An assistant in memory at the border of the app, and the window's test base. */
@NullMarked
package koine.ui.testing;

import org.jspecify.annotations.NullMarked;
