/** Checks of the application image. */
@NullMarked
package koine.installers;

import org.jspecify.annotations.NullMarked;
