/** What the processor of this computer is like. */
@NullMarked
package koine.engine.processor;

import org.jspecify.annotations.NullMarked;
