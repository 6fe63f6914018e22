/** How fast models answer on this computer, measured the way the assistant itself asks them. */
@NullMarked
package koine.app.layers;

import org.jspecify.annotations.NullMarked;
