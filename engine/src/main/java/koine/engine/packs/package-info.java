/** Native packs: which there are, which are installed, and how they come and go. Nothing here loads one. */
@NullMarked
package koine.engine.packs;

import org.jspecify.annotations.NullMarked;
