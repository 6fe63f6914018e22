/** Which device computes a model, and what is done when it cannot. */
@NullMarked
package koine.engine.hardware;

import org.jspecify.annotations.NullMarked;
