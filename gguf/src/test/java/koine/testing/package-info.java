/** What the tests of several modules share. */
@NullMarked
package koine.testing;

import org.jspecify.annotations.NullMarked;
