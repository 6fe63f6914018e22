/** Tests of setup/, which the scripts compile and run without Maven. */
@NullMarked
package koine.setup;

import org.jspecify.annotations.NullMarked;
