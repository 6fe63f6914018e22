/** Models that think before they answer: how they mark it, how to ask for it, and when their turn ends. */
@NullMarked
package koine.engine.reasoning;

import org.jspecify.annotations.NullMarked;
