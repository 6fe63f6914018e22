/** The assistant without a window: composition root and folders. */
@NullMarked
package koine.app;

import org.jspecify.annotations.NullMarked;
