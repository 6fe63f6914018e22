@NullMarked
package koine.engine.hardware;

import org.jspecify.annotations.NullMarked;
