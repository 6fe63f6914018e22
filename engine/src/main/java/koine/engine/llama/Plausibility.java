package koine.engine.llama;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import koine.engine.llama.ModelLoadException.Reason;
import koine.gguf.GgufException;
import koine.gguf.GgufFile;
import koine.gguf.GgufReader;
import koine.gguf.GgufValue;
import org.jspecify.annotations.Nullable;

/**
 * llama.cpp refuses most damaged files, but ends the process over some things it takes for granted. These are looked at
 * before, with nothing but the file's header. What is wrong in any other way is left to llama.cpp to refuse.
 */
public final class Plausibility {
    /** {@code LLAMA_MAX_LAYERS}. */
    private static final long MOST_LAYERS = 512;

    /** A context is rounded up to this, a batch is not: a smaller context would let in more than a batch takes. */
    private static final long LEAST_CONTEXT = 256;

    private static final long MOST_WINDOW = Integer.MAX_VALUE;
    /** Unspecified, as the file's unsigned number; the others are none, mean, cls, last and rank. */
    private static final long NO_POOLING = 0xFFFFFFFFL;

    private static final long MOST_POOLING = 4;

    /** Parts of other models, and what llama.cpp knows the name of but cannot run alone. */
    private static final Set<String> NOT_ALONE =
            Set.of("clip", "dflash", "eagle3", "gemma4-assistant", "wavtokenizer-dec");

    private static final Set<String> NO_VOCABULARY = Set.of("none", "no_vocab");
    private static final Set<String> ROPE_SCALINGS = Set.of("none", "linear", "yarn", "longrope");
    private static final Set<String> EVERY_SO_MANY_LAYERS = Set.of("ernie4_5-moe");

    private Plausibility() {}

    /** @throws ModelLoadException for a file that llama.cpp is not to be given */
    public static void require(Path file) throws ModelLoadException {
        if (!Files.isRegularFile(file) || !Files.isReadable(file)) {
            throw new ModelLoadException(Reason.MISSING, "there is no readable model file");
        }
        try {
            String key = implausibleKey(file);
            if (key != null) {
                throw new ModelLoadException(Reason.DAMAGED, "the file gives no possible " + key);
            }
        } catch (IOException e) {
            throw new ModelLoadException(Reason.MISSING, "the model file cannot be read", e);
        }
    }

    /**
     * @return what of the file cannot be, a key as a rule; null when nothing is known to be wrong
     * @throws ModelLoadException for a sound file that llama.cpp cannot run as a model
     */
    static @Nullable String implausibleKey(Path file) throws IOException, ModelLoadException {
        Tokens tokens = new Tokens();
        GgufFile header;
        try {
            header = GgufReader.read(file, Tokens.KEY, tokens::add);
        } catch (GgufException e) {
            return "header: " + e.getMessage();
        }
        String architecture = Objects.requireNonNullElse(header.text("general.architecture"), "");
        if (NOT_ALONE.contains(architecture)) {
            throw new ModelLoadException(Reason.UNSUPPORTED, "a file of the kind " + architecture + " is no model");
        }
        String tokenizer = Objects.requireNonNullElse(header.text("tokenizer.ggml.model"), "");
        if (NO_VOCABULARY.contains(tokenizer)) {
            throw new ModelLoadException(Reason.UNSUPPORTED, "the model has no vocabulary");
        }
        Numbers numbers = new Numbers(header, architecture);
        if (!numbers.has("block_count")) {
            return null; // of an architecture that nobody knows, or refused for this key
        }
        return Stream.<@Nullable String>of(
                        layers(numbers),
                        epsilon(header),
                        text(header, architecture + ".rope.scaling.type", ROPE_SCALINGS),
                        range(numbers, "context_length", LEAST_CONTEXT, Long.MAX_VALUE, 0),
                        range(numbers, "pooling_type", 0, MOST_POOLING, NO_POOLING),
                        range(numbers, "attention.sliding_window", 0, MOST_WINDOW, 0),
                        Heads.implausible(numbers),
                        Experts.implausible(numbers),
                        EVERY_SO_MANY_LAYERS.contains(architecture)
                                ? range(numbers, "interleave_moe_layer_step", 1, MOST_LAYERS, 1)
                                : null,
                        State.implausible(numbers),
                        Tensors.implausible(header),
                        tokens.implausible(tokenizer, file))
                .flatMap(Stream::ofNullable)
                .findFirst()
                .orElse(null);
    }

    private static @Nullable String layers(Numbers numbers) {
        long layers = numbers.of("block_count", 1);
        if (layers < 1 || layers > MOST_LAYERS) {
            return numbers.key("block_count");
        }
        return range(numbers, "nextn_predict_layers", 0, layers - 1, 0);
    }

    private static @Nullable String epsilon(GgufFile header) {
        return header.metadata().entrySet().stream()
                .filter(entry -> entry.getKey().endsWith("_epsilon") && !isEpsilon(entry.getValue()))
                .map(Map.Entry::getKey)
                .findFirst()
                .orElse(null);
    }

    private static boolean isEpsilon(GgufValue value) {
        return !(value instanceof GgufValue.Real number) || number.value() >= 0;
    }

    private static @Nullable String text(GgufFile header, String key, Set<String> known) {
        String text = header.text(key);
        return text == null || known.contains(text) ? null : key;
    }

    private static @Nullable String range(Numbers numbers, String key, long least, long most, long other) {
        long value = numbers.of(key, least);
        return (value >= least && value <= most) || value == other ? null : numbers.key(key);
    }

    /** The whole numbers of an architecture's own keys. What has another type is refused by llama.cpp. */
    record Numbers(GgufFile header, String architecture) {
        String key(String name) {
            return architecture + "." + name;
        }

        boolean has(String name) {
            return header.integer(key(name)).isPresent();
        }

        /** @return {@code otherwise} where the key is missing or no number */
        long of(String name, long otherwise) {
            return header.integer(key(name)).orElse(otherwise);
        }

        /** One for each layer, or one for all; none where the key is missing. */
        List<Long> each(String name) {
            return switch (header.metadata().get(key(name))) {
                case GgufValue.Int number -> List.of(number.value());
                case GgufValue.Array array ->
                    array.items().stream()
                            .filter(GgufValue.Int.class::isInstance)
                            .map(item -> ((GgufValue.Int) item).value())
                            .toList();
                case null, default -> List.of();
            };
        }

        long most(String name) {
            return each(name).stream().mapToLong(Long::longValue).max().orElse(0);
        }

        boolean hasTensor(String part) {
            return header.tensors().stream().anyMatch(tensor -> tensor.name().contains(part));
        }
    }
}
