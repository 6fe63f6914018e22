/** Languages of the interface: messages, plurals, direction, numbers, fonts. A leaf: knows nothing of the other modules. */
@NullMarked
package koine.i18n;

import org.jspecify.annotations.NullMarked;
