package koine.engine.template;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The variables of one running scope; macros keep the scope they were defined in. */
final class Scope {
    /** In place of a value: the name belongs to this scope but was not set yet. */
    private static final Object MISSING = new Object();

    private static final int STEP_IN = 8;

    private final @Nullable Scope parent;
    private final int depth;
    private final Map<String, Object> variables = new HashMap<>();

    private Scope(@Nullable Scope parent) {
        this.parent = parent;
        this.depth = parent == null ? 1 : parent.depth + 1;
    }

    /** How many scopes a look-up may have to go through. */
    int depth() {
        return depth;
    }

    static Scope enter(Symbols symbols, @Nullable Scope parent, Globals globals, Budget budget) {
        budget.scan(STEP_IN + 4L * symbols.starts().size());
        Scope scope = new Scope(parent);
        for (Map.Entry<String, Symbols.Start> start : symbols.starts().entrySet()) {
            String name = start.getKey();
            Object value = switch (start.getValue()) {
                case PARAMETER, UNDEFINED -> MISSING;
                case RESOLVE -> globals.get(name);
                case ALIAS -> parent == null ? MISSING : parent.raw(name);
            };
            scope.variables.put(name, value == null ? MISSING : value);
        }
        return scope;
    }

    private Object raw(String name) {
        for (Scope scope = this; scope != null; scope = scope.parent) {
            Object value = scope.variables.get(name);
            if (value != null) {
                return value;
            }
        }
        return MISSING;
    }

    Object get(String name) {
        Object value = raw(name);
        return value == MISSING ? Undefined.name(name) : value;
    }

    boolean isMissing(String name) {
        return raw(name) == MISSING;
    }

    void set(String name, Object value) {
        variables.put(name, value);
    }
}
