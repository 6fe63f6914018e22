/** The client's side of the engine: broker, lease, chat over HTTP. */
@NullMarked
package koine.engine.client;

import org.jspecify.annotations.NullMarked;
