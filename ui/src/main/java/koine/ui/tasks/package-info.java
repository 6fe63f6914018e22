/** The one door between the window's thread and all others, and the toolkit's start and end. */
@NullMarked
package koine.ui.tasks;

import org.jspecify.annotations.NullMarked;
