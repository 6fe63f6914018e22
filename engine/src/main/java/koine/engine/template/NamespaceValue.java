package koine.engine.template;

/** Jinja2's {@code namespace}: the one thing a template can change. */
final class NamespaceValue {
    private final DictValue attributes;

    NamespaceValue(Budget budget) {
        attributes = new DictValue(budget);
    }

    DictValue attributes() {
        return attributes;
    }
}
