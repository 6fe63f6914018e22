/** The app's client of engines, over a server that a test runs. */
@NullMarked
package koine.engine.client;

import org.jspecify.annotations.NullMarked;
