/** Layers (LoRA adapters) on the models of this computer: which there are, and whether a conversation can use them. */
@NullMarked
package koine.app.layers;

import org.jspecify.annotations.NullMarked;
