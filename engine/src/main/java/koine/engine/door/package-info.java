/** The app's own door for other programs: one HTTP server before the engines of all models. */
@NullMarked
package koine.engine.door;

import org.jspecify.annotations.NullMarked;
