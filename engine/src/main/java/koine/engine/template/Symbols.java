package koine.engine.template;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The names of one scope and what each holds when the scope is entered. Jinja2 decides this before rendering: a name
 * that is set anywhere in a loop's body belongs to the body, and starts each round with the outer value.
 */
final class Symbols {
    enum Start {
        /** Given by the caller or the loop. */
        PARAMETER,
        /** The variable of the rendering, or a global. */
        RESOLVE,
        /** The outer scope's value at entry. */
        ALIAS,
        UNDEFINED
    }

    private @Nullable Symbols parent;
    private final List<Symbols> children = new ArrayList<>();
    private final Map<String, Start> starts = new LinkedHashMap<>();
    private final Set<String> stores = new LinkedHashSet<>();
    private final Set<String> specials = new LinkedHashSet<>();

    Symbols within(@Nullable Symbols outer) {
        parent = outer;
        if (outer != null) {
            outer.children.add(this);
        }
        return this;
    }

    private Symbols copy() {
        Symbols copy = new Symbols();
        copy.parent = parent;
        copy.starts.putAll(starts);
        copy.stores.addAll(stores);
        return copy;
    }

    Map<String, Start> starts() {
        return starts;
    }

    /** Of {@code caller}, {@code kwargs}, {@code varargs} and {@code loop}, those this scope's body asks for. */
    Set<String> specials() {
        return specials;
    }

    private boolean knows(String name) {
        for (Symbols scope = this; scope != null; scope = scope.parent) {
            if (scope.starts.containsKey(name)) {
                return true;
            }
        }
        return false;
    }

    /** Whether the name is nobody's: it comes from outside the template. */
    boolean isFree(String name) {
        return starts.get(name) == Start.RESOLVE && !stores.contains(name);
    }

    /** Names that this scope or one inside it may have to ask the caller for. */
    Set<String> fromOutside() {
        Set<String> names = new LinkedHashSet<>();
        Deque<Symbols> scopes = new ArrayDeque<>(List.of(this));
        while (!scopes.isEmpty()) {
            Symbols scope = scopes.pop();
            scope.starts.forEach((name, start) -> {
                if (start == Start.RESOLVE) {
                    names.add(name);
                }
            });
            scopes.addAll(scope.children);
        }
        return names;
    }

    void parameter(String name) {
        stores.add(name);
        starts.put(name, Start.PARAMETER);
    }

    void special(String name) {
        specials.add(name);
        parameter(name);
    }

    void load(String name) {
        if (!knows(name)) {
            starts.put(name, Start.RESOLVE);
        }
    }

    void store(String name) {
        stores.add(name);
        if (!starts.containsKey(name)) {
            starts.put(name, parent != null && parent.knows(name) ? Start.ALIAS : Start.UNDEFINED);
        }
    }

    /** A copy for one branch of a condition, to be given back to {@link #join}. */
    Symbols branch() {
        return copy();
    }

    /** After a condition: what only some branches set keeps its old value in the others. */
    void join(Collection<Symbols> branches) {
        Set<String> fresh = new LinkedHashSet<>();
        for (Symbols branch : branches) {
            fresh.addAll(branch.stores);
        }
        fresh.removeAll(stores);
        for (Symbols branch : branches) {
            starts.putAll(branch.starts);
            stores.addAll(branch.stores);
        }
        for (String name : fresh) {
            starts.put(name, parent != null && parent.knows(name) ? Start.ALIAS : Start.RESOLVE);
        }
    }
}
