package koine.engine.template;

import java.util.Iterator;

/** Something that can be gone through once: what {@code map}, {@code select} and their like give. */
final class GeneratorValue {
    private final String typeName;
    private final Iterator<Object> iterator;

    GeneratorValue(Iterator<Object> iterator) {
        this("generator", iterator);
    }

    GeneratorValue(String typeName, Iterator<Object> iterator) {
        this.typeName = typeName;
        this.iterator = iterator;
    }

    String typeName() {
        return typeName;
    }

    Iterator<Object> iterator() {
        return iterator;
    }
}
