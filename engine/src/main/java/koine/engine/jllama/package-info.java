/** The second engine: java-llama.cpp, for computers on which no native pack can be used. */
@NullMarked
package koine.engine.jllama;

import org.jspecify.annotations.NullMarked;
