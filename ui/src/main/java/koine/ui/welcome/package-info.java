/** The first screen of a new profile. */
@NullMarked
package koine.ui.welcome;

import org.jspecify.annotations.NullMarked;
