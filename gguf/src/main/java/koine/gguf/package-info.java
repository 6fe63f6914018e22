/** The model file: bounded reader, inspector, writer. A leaf: knows nothing of the other modules. */
@NullMarked
package koine.gguf;

import org.jspecify.annotations.NullMarked;
