/** What makes models write more quickly on this computer, each only where a measurement says so. */
@NullMarked
package koine.engine.speed;

import org.jspecify.annotations.NullMarked;
