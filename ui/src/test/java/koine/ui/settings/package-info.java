@NullMarked
package koine.ui.settings;

import org.jspecify.annotations.NullMarked;
