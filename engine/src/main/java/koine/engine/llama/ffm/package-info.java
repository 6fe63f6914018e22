/** The foreign-function binding: the only package that touches native memory and method handles. */
@NullMarked
package koine.engine.llama.ffm;

import org.jspecify.annotations.NullMarked;
