/** The OpenAI-compatible HTTP server of the engine process. */
@NullMarked
package koine.engine.server;

import org.jspecify.annotations.NullMarked;
