package koine.engine.template;

/** Jinja2's {@code namespace}: the one thing a template can change. */
final class NamespaceValue {
    private final DictValue attributes = new DictValue();

    DictValue attributes() {
        return attributes;
    }
}
