package koine.engine.template;

import java.util.List;

/** A list or a tuple. */
sealed interface Sequence permits ListValue, TupleValue {
    List<Object> items();
}
