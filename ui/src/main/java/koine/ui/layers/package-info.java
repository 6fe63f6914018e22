/** Which layers (LoRA adapters) answer with the model, in the window. */
@NullMarked
package koine.ui.layers;

import org.jspecify.annotations.NullMarked;
