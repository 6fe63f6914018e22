/** Small files of the user's own, and what a file is known by. */
@NullMarked
package koine.engine.files;

import org.jspecify.annotations.NullMarked;
