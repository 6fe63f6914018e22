/** Colour roles, style-class constants, icons. */
@NullMarked
package koine.ui.theme;

import org.jspecify.annotations.NullMarked;
