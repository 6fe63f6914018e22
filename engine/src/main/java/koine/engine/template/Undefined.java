package koine.engine.template;

import org.jspecify.annotations.Nullable;

/** What a missing name or attribute gives: prints as nothing, is false and empty, and fails for all else. */
final class Undefined {
    private final TemplateError error;

    private Undefined(TemplateError error) {
        this.error = error;
    }

    static Undefined name(String name) {
        return hint(Repr.quoted(name) + " is undefined");
    }

    static Undefined hint(String text) {
        return new Undefined(TemplateError.of("UndefinedError", text));
    }

    /** @param key what was looked for in {@code owner} */
    static Undefined element(Object owner, Object key) {
        String kind = owner == None.NONE ? "None" : Values.qualifiedTypeName(owner) + " object";
        String name = text(key);
        if (name != null) {
            return hint(Repr.quoted(kind) + " has no attribute " + Repr.quoted(name));
        }
        return hint(kind + " has no element " + (Numbers.isNumber(key) ? Repr.number(key) : Values.typeName(key)));
    }

    static Undefined unsafe(Object owner, String name) {
        return new Undefined(TemplateError.of(
                "SecurityError",
                "access to attribute " + Repr.quoted(name) + " of " + Repr.quoted(Values.typeName(owner))
                        + " object is unsafe."));
    }

    private static @Nullable String text(Object key) {
        return Values.text(key);
    }

    /** For every use that is not allowed. */
    TemplateError error() {
        return error;
    }
}
