package koine.engine.template;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Evaluated arguments of a call. */
record CallArguments(List<Object> positional, Map<String, Object> named) {
    static final CallArguments EMPTY = new CallArguments(List.of(), Map.of());

    /** Without the first one, for functions whose first argument names another function. */
    CallArguments tail(int skipped) {
        return new CallArguments(positional.subList(skipped, positional.size()), named);
    }

    CallArguments withFirst(Object first) {
        List<Object> all = new ArrayList<>(positional.size() + 1);
        all.add(first);
        all.addAll(positional);
        return new CallArguments(all, named);
    }

    CallArguments with(String name, Object value) {
        Map<String, Object> all = new LinkedHashMap<>(named);
        all.put(name, value);
        return new CallArguments(positional, all);
    }
}
