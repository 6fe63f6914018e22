/** Catalogue and store of models. Gives paths; does not know the engine. */
@NullMarked
package koine.models;

import org.jspecify.annotations.NullMarked;
