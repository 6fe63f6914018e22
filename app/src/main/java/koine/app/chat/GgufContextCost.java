package koine.app.chat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import koine.gguf.GgufFile;
import koine.gguf.GgufReader;
import koine.gguf.GgufValue;

/**
 * A key and a value for each token, layer and head, as the model's header counts them, in 16 bits each.
 *
 * @see <a href="https://github.com/ggml-org/ggml/blob/master/docs/gguf.md">the keys of GGUF</a>
 */
public final class GgufContextCost implements ContextCost {
    private static final int BYTES_A_NUMBER = 2;
    /** Far above any model; a damaged header must not overflow. */
    private static final long MOST = 1 << 20;

    @Override
    public long bytes(Path model, int tokens) throws IOException {
        return Math.multiplyExact(bytesPerToken(GgufReader.read(model)), tokens);
    }

    static long bytesPerToken(GgufFile file) {
        String architecture = file.text("general.architecture");
        long layers = number(file, architecture + ".block_count", 0);
        long heads = number(file, architecture + ".attention.head_count", 1);
        long headSize = number(file, architecture + ".embedding_length", 0) / Math.max(1, heads);
        long keySize = number(file, architecture + ".attention.key_length", headSize);
        long valueSize = number(file, architecture + ".attention.value_length", headSize);
        return (keySize + valueSize) * BYTES_A_NUMBER * heads(file, architecture, layers, heads);
    }

    /** Heads with keys and values of their own, of all layers together; some models list them layer by layer. */
    private static long heads(
            GgufFile file, @org.jspecify.annotations.Nullable String architecture, long layers, long heads) {
        String key = architecture + ".attention.head_count_kv";
        if (file.metadata().get(key) instanceof GgufValue.Array array) {
            List<GgufValue> items = array.items();
            long sum = 0;
            for (GgufValue item : items) {
                sum += item instanceof GgufValue.Int(var type, long value) ? clamp(value) : 0;
            }
            return sum;
        }
        return layers * number(file, key, heads);
    }

    private static long number(GgufFile file, String key, long otherwise) {
        return clamp(file.integer(key).orElse(otherwise));
    }

    private static long clamp(long value) {
        return Math.clamp(value, 0, MOST);
    }
}
