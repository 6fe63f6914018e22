/** llama.cpp as a validated Java API: models, vocabularies, contexts, samplers. Wrong use is an exception, never a crash. */
@NullMarked
package koine.engine.llama;

import org.jspecify.annotations.NullMarked;
