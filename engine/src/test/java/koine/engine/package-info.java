/** What the tests of the engine share. */
@NullMarked
package koine.engine;

import org.jspecify.annotations.NullMarked;
