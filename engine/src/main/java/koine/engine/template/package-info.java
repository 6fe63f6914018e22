/** The Jinja subset of chat templates: lexer, parser, evaluator. */
@NullMarked
package koine.engine.template;

import org.jspecify.annotations.NullMarked;
