/** How much memory a model takes, how much there is, and what fits. */
@NullMarked
package koine.engine.memory;

import org.jspecify.annotations.NullMarked;
