/** Grammars that hold an answer to a form: JSON Schema into GBNF, and a guard before llama.cpp reads a stranger's GBNF. */
@NullMarked
package koine.engine.grammar;

import org.jspecify.annotations.NullMarked;
