/** How fast models answer on this computer, measured the way the assistant itself asks them. */
@NullMarked
package koine.app.bench;

import org.jspecify.annotations.NullMarked;
