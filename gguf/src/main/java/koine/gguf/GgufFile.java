package koine.gguf;

import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * What a GGUF file says of itself: all but the numbers of its tensors. Immutable.
 *
 * @param version 2 or 3
 * @param metadata in the file's order
 * @param alignment of tensor data, bytes
 * @param dataOffset where tensor data begins, bytes
 * @param bytes length of the file
 */
public record GgufFile(
        int version,
        Map<String, GgufValue> metadata,
        List<GgufTensor> tensors,
        long alignment,
        long dataOffset,
        long bytes) {

    /** A text of the metadata; null when missing, of another type or too long to have been kept. */
    public @Nullable String text(String key) {
        return metadata.get(key) instanceof GgufValue.Text(String value) ? value : null;
    }

    /** A whole number of the metadata; empty when missing, of another type or beyond 2^63. */
    public OptionalLong integer(String key) {
        return metadata.get(key) instanceof GgufValue.Int(GgufType type, long value)
                        && (type != GgufType.UINT64 || value >= 0)
                ? OptionalLong.of(value)
                : OptionalLong.empty();
    }

    /** The texts of an array; none when missing, of another type or too long to have been kept. */
    public List<String> texts(String key) {
        if (!(metadata.get(key) instanceof GgufValue.Array array)) {
            return List.of();
        }
        return array.items().stream()
                .filter(GgufValue.Text.class::isInstance)
                .map(item -> ((GgufValue.Text) item).value())
                .toList();
    }
}
