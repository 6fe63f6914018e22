package koine.engine.memory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import koine.gguf.GgufFile;
import koine.gguf.GgufReader;
import koine.gguf.GgufTensor;
import koine.gguf.GgufValue;

/**
 * What of a model's header decides how much memory it takes. Numbers are the file's own and not to be trusted: they are
 * clamped to what real models have, so that nothing here overflows.
 *
 * <p>After llama.cpp v0.5.0: {@code llama-hparams.cpp} (heads, windows, recurrent state), {@code llama-kv-cache.cpp} and
 * {@code llama-kv-cache-iswa.cpp} (cells), {@code llama-memory-recurrent.cpp}.
 *
 * @param weightBytes of all tensors, those of further files of a split model included
 * @param outputBytes of the tensor that makes scores of a vector: its own, or the one that makes vectors of tokens
 * @param embeddingBytes of the tensor that makes vectors of tokens, which no device computes
 * @param layers without the output
 * @param trainedContext tokens the model was made for; 0 when the file does not say
 * @param vocabulary tokens
 * @param embedding numbers in a token's vector
 * @param feedForward numbers in the widest inner layer
 * @param fullRow numbers that one token puts into the caches of all layers that see the whole context
 * @param windowRow the same of the layers that see a sliding window only
 * @param window tokens of that window; 0 without one
 * @param stateNumbers numbers of recurrent state of one conversation, in all layers; kept in 32 bits each
 * @param blockRows whether every cache row is a multiple of 32 numbers, as a quantized cache needs
 */
public record ModelShape(
        long weightBytes,
        long outputBytes,
        long embeddingBytes,
        int layers,
        int trainedContext,
        long vocabulary,
        long embedding,
        long feedForward,
        long fullRow,
        long windowRow,
        long window,
        long stateNumbers,
        boolean blockRows) {
    private static final long MOST_LAYERS = 4096;
    private static final long MOST = 1 << 24;
    private static final int Q8_BLOCK = 32;
    private static final Pattern FIRST_OF_MANY = Pattern.compile("(.*)-00001-of-(\\d{5})(\\.gguf)");

    /** Every so many layers one sees all; where llama.cpp knows it and the file need not say it. */
    private static final Map<String, Integer> PATTERNS = Map.of(
            "gemma2", 2, "gemma3", 6, "gemma3n", 5, "gpt-oss", 2, "cohere2", 4, "exaone4", 4, "llama4", 4, "olmo2", 4);

    private static final Set<String> WITHOUT_ATTENTION = Set.of("mamba", "mamba2", "rwkv6", "rwkv7");
    private static final Set<String> STATE_IN_EVERY_LAYER = Set.of("falcon-h1");

    /** Blocks on the disk. @throws IOException when the file cannot be read or is no GGUF */
    public static ModelShape read(Path model) throws IOException {
        GgufFile file = GgufReader.read(model);
        return of(file, weights(model, file));
    }

    static ModelShape of(GgufFile file, long weightBytes) {
        return new Header(file).shape(weightBytes);
    }

    private static long weights(Path model, GgufFile file) throws IOException {
        long own = file.tensors().stream().mapToLong(GgufTensor::bytes).sum();
        Matcher split = FIRST_OF_MANY.matcher(String.valueOf(model.getFileName()));
        if (!split.matches()) {
            return own;
        }
        int parts = Integer.parseInt(split.group(2));
        for (int part = 2; part <= parts; part++) {
            String name =
                    String.format(Locale.ROOT, "%s-%05d-of-%s%s", split.group(1), part, split.group(2), split.group(3));
            Path next = model.resolveSibling(name);
            if (!Files.isRegularFile(next)) {
                break; // llama.cpp will say that it is missing
            }
            own += Files.size(next);
        }
        return own;
    }

    private static final class Header {
        private final GgufFile file;
        private final String architecture;

        Header(GgufFile file) {
            this.file = file;
            String named = file.text("general.architecture");
            this.architecture = named == null ? "" : named;
        }

        ModelShape shape(long weightBytes) {
            long layers = Math.min(number("block_count", 0), MOST_LAYERS);
            long embedding = number("embedding_length", 0);
            long full = 0;
            long windowed = 0;
            long state = 0;
            boolean blocks = true;
            long window = number("attention.sliding_window", 0);
            boolean mla = number("attention.key_length_mla", 0) > 0;
            for (int layer = 0; layer < layers; layer++) {
                boolean recurrent = recurrent(layer);
                if (recurrent) {
                    state += state();
                }
                if (recurrent && !STATE_IN_EVERY_LAYER.contains(architecture)) {
                    continue;
                }
                boolean inWindow = window > 0 && inWindow(layer);
                long heads = element("attention.head_count_kv", layer, heads(layer));
                long keys = heads * keyLength(inWindow);
                long values = mla ? 0 : heads * valueLength(inWindow);
                blocks &= keys % Q8_BLOCK == 0 && values % Q8_BLOCK == 0;
                if (inWindow) {
                    windowed += keys + values;
                } else {
                    full += keys + values;
                }
            }
            return new ModelShape(
                    weightBytes,
                    tensor("output.weight", tensor("token_embd.weight", 0)),
                    tensor("token_embd.weight", 0),
                    (int) layers,
                    (int) number("context_length", 0),
                    vocabulary(),
                    embedding,
                    Math.max(element("feed_forward_length", 0, 0), number("expert_feed_forward_length", 0)),
                    full,
                    windowed,
                    windowed > 0 ? window : 0,
                    state,
                    blocks);
        }

        private long tensor(String name, long otherwise) {
            return file.tensors().stream()
                    .filter(tensor -> tensor.name().equals(name))
                    .mapToLong(GgufTensor::bytes)
                    .findFirst()
                    .orElse(otherwise);
        }

        private long heads(int layer) {
            return element("attention.head_count", layer, 0);
        }

        private long keyLength(boolean inWindow) {
            long heads = Math.max(1, heads(0));
            long whole = number("attention.key_length", number("embedding_length", 0) / heads);
            return inWindow ? number("attention.key_length_swa", whole) : whole;
        }

        private long valueLength(boolean inWindow) {
            long heads = Math.max(1, heads(0));
            long whole = number("attention.value_length", number("embedding_length", 0) / heads);
            return inWindow ? number("attention.value_length_swa", whole) : whole;
        }

        /** Where nothing is known of a pattern, every layer is taken to see the whole context: rather too much. */
        private boolean inWindow(int layer) {
            GgufValue said = file.metadata().get(architecture + ".attention.sliding_window_pattern");
            if (said instanceof GgufValue.Array array) {
                return layer < array.items().size() && truth(array.items().get(layer));
            }
            long every = number("attention.sliding_window_pattern", PATTERNS.getOrDefault(architecture, 1));
            return every > 1 && layer % every < every - 1;
        }

        private boolean recurrent(int layer) {
            if (WITHOUT_ATTENTION.contains(architecture) || STATE_IN_EVERY_LAYER.contains(architecture)) {
                return true;
            }
            if (file.metadata().get(architecture + ".attention.recurrent_layers") instanceof GgufValue.Array array) {
                return layer < array.items().size() && truth(array.items().get(layer));
            }
            if (state() == 0) {
                return false;
            }
            long interval = number("full_attention_interval", architecture.startsWith("qwen3") ? 4 : 0);
            return interval > 0
                    ? (layer + 1) % interval != 0
                    : element("attention.head_count_kv", layer, heads(layer)) == 0;
        }

        /** Of one layer: the short convolution's and the state space's. */
        private long state() {
            long inner = number("ssm.inner_size", 0);
            long size = number("ssm.state_size", 0);
            long kernel = number("ssm.conv_kernel", 0);
            long groups = number("ssm.group_count", 0);
            return Math.max(0, kernel - 1) * (inner + 2 * groups * size) + size * inner;
        }

        private long vocabulary() {
            return file.metadata().get("tokenizer.ggml.tokens") instanceof GgufValue.Array tokens
                    ? Math.min(tokens.count(), MOST)
                    : number("vocab_size", 0);
        }

        private long number(String key, long otherwise) {
            return Math.clamp(file.integer(architecture + "." + key).orElse(otherwise), 0, MOST);
        }

        /** A number of its own for each layer, or one for all. */
        private long element(String key, int layer, long otherwise) {
            if (file.metadata().get(architecture + "." + key) instanceof GgufValue.Array array) {
                return layer < array.items().size() && array.items().get(layer) instanceof GgufValue.Int whole
                        ? Math.clamp(whole.value(), 0, MOST)
                        : 0;
            }
            return number(key, otherwise);
        }

        private static boolean truth(GgufValue value) {
            return value instanceof GgufValue.Bool(boolean yes)
                    ? yes
                    : value instanceof GgufValue.Int whole && whole.value() != 0;
        }
    }
}
