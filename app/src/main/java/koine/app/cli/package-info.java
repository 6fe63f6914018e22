/** The command line. */
@NullMarked
package koine.app.cli;

import org.jspecify.annotations.NullMarked;
