/** llama.cpp as a validated Java API: models, contexts, samplers, packs. */
@NullMarked
package koine.engine.llama;

import org.jspecify.annotations.NullMarked;
