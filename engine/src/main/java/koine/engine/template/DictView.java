package koine.engine.template;

import java.util.Iterator;

/** What {@code dict.keys()}, {@code values()} and {@code items()} give. */
final class DictView {
    enum Kind {
        KEYS,
        VALUES,
        ITEMS
    }

    private final DictValue dict;
    private final Kind kind;

    DictView(DictValue dict, Kind kind) {
        this.dict = dict;
        this.kind = kind;
    }

    Kind kind() {
        return kind;
    }

    DictValue dict() {
        return dict;
    }

    Iterator<Object> items() {
        return switch (kind) {
            case KEYS -> dict.keys();
            case VALUES -> dict.values();
            case ITEMS -> dict.pairs();
        };
    }
}
