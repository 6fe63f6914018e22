/** The desktop: launcher and shell. */
@NullMarked
package koine.ui;

import org.jspecify.annotations.NullMarked;
