package koine.engine.template;

import java.util.List;

/** What a value is assigned to. */
sealed interface Target {
    record Variable(String name, int line) implements Target {}

    record NamespaceAttribute(String namespace, String name, int line) implements Target {}

    record Unpacked(List<Target> items) implements Target {}
}
