package koine.gguf;

import java.util.List;

/** A metadata value. */
public sealed interface GgufValue {
    /** @param value of a {@link GgufType#UINT64} its bits, so beyond 2^63 it is negative */
    record Int(GgufType type, long value) implements GgufValue {}

    record Real(GgufType type, double value) implements GgufValue {}

    record Bool(boolean value) implements GgufValue {}

    record Text(String value) implements GgufValue {}

    /** A text too long to be kept. @param bytes its length in UTF-8 */
    record LongText(long bytes) implements GgufValue {}

    /** @param items the elements, or none of them when they were too many to be kept */
    record Array(GgufType elementType, long count, List<GgufValue> items) implements GgufValue {
        public Array {
            items = List.copyOf(items);
        }

        /** False when only type and count were kept. */
        public boolean complete() {
            return items.size() == count;
        }
    }

    static GgufValue text(String value) {
        return new Text(value);
    }

    static GgufValue uint32(long value) {
        return new Int(GgufType.UINT32, value);
    }

    static GgufValue float32(float value) {
        return new Real(GgufType.FLOAT32, value);
    }

    static GgufValue bool(boolean value) {
        return new Bool(value);
    }

    static GgufValue texts(List<String> values) {
        return new Array(
                GgufType.STRING,
                values.size(),
                values.stream().map(GgufValue::text).toList());
    }

    static GgufValue array(GgufType elementType, List<GgufValue> items) {
        return new Array(elementType, items.size(), items);
    }
}
