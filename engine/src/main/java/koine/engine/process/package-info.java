/** The engine process: its main class and its life. */
@NullMarked
package koine.engine.process;

import org.jspecify.annotations.NullMarked;
