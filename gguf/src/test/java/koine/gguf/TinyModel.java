package koine.gguf;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * A real model of two layers and random numbers, about 5 MB: it talks nonsense, but through the architecture's real code.
 * The same seed gives the same file. Shapes lie in {@code shapes/}, one for each architecture.
 */
public final class TinyModel {
    private final JsonObject shape;
    private final Map<String, GgufValue> metadata = new LinkedHashMap<>();
    private long seed = 1;
    private int vocabulary;

    private TinyModel(JsonObject shape) {
        this.shape = shape;
        for (Map.Entry<String, JsonElement> entry : shape.getAsJsonObject("kv").entrySet()) {
            GgufValue value = value(entry.getValue().getAsJsonObject());
            // the shapes do not know of what an empty array is one, and llama.cpp refuses the wrong type
            if (!(value instanceof GgufValue.Array array) || array.count() > 0) {
                metadata.put(entry.getKey(), value);
            }
        }
    }

    /** @param architecture {@code llama}, {@code gemma3} (sliding window) or {@code falcon-h1} (recurrent) */
    public static TinyModel of(String architecture) {
        try (InputStream in = TinyModel.class.getResourceAsStream("shapes/" + architecture + ".json")) {
            if (in == null) {
                throw new IllegalArgumentException("no shape of " + architecture);
            }
            return new TinyModel(JsonParser.parseReader(new InputStreamReader(in, StandardCharsets.UTF_8))
                    .getAsJsonObject());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public TinyModel seed(long seed) {
        this.seed = seed;
        return this;
    }

    public TinyModel put(String key, GgufValue value) {
        metadata.put(key, value);
        return this;
    }

    /**
     * Instead of the test vocabulary of llama.cpp one that can read and write any text: a token for each byte, and control
     * tokens.
     *
     * @param chatTemplate null for none
     * @param controlTokens the last one ends an answer
     */
    public TinyModel bytes(@Nullable String chatTemplate, List<String> controlTokens) {
        List<String> tokens = new ArrayList<>(byteTokens());
        tokens.addAll(controlTokens);
        vocabulary = tokens.size();
        List<GgufValue> types = new ArrayList<>();
        for (int i = 0; i < vocabulary; i++) {
            types.add(new GgufValue.Int(GgufType.INT32, i < 256 ? 1 : 3)); // normal, control
        }
        metadata.remove("tokenizer.ggml.scores");
        put("tokenizer.ggml.model", GgufValue.text("gpt2"));
        put("tokenizer.ggml.pre", GgufValue.text("gpt-2"));
        put("tokenizer.ggml.tokens", GgufValue.texts(tokens));
        put("tokenizer.ggml.token_type", GgufValue.array(GgufType.INT32, types));
        put("tokenizer.ggml.merges", GgufValue.texts(List.of()));
        put("tokenizer.ggml.eos_token_id", GgufValue.uint32(vocabulary - 1));
        put(architecture() + ".vocab_size", GgufValue.uint32(vocabulary));
        if (chatTemplate != null) {
            put("tokenizer.chat_template", GgufValue.text(chatTemplate));
        }
        return this;
    }

    public void write(Path file) throws IOException {
        GgufWriter writer = new GgufWriter();
        metadata.forEach(writer::put);
        Random random = new Random(seed);
        for (JsonElement element : shape.getAsJsonArray("tensors")) {
            JsonObject tensor = element.getAsJsonObject();
            String name = tensor.get("name").getAsString();
            List<Long> sizes = new ArrayList<>();
            tensor.getAsJsonArray("shape").forEach(size -> sizes.add(size.getAsLong()));
            if (vocabulary > 0 && (name.equals("token_embd.weight") || name.equals("output.weight"))) {
                sizes.set(1, (long) vocabulary);
            }
            writer.tensor(name, sizes, numbers(name, sizes, random));
        }
        writer.write(file);
    }

    private String architecture() {
        return shape.getAsJsonObject("kv")
                .getAsJsonObject("general.architecture")
                .get("value")
                .getAsString();
    }

    private static float[] numbers(String name, List<Long> sizes, Random random) {
        boolean factor = name.endsWith("norm.weight") || name.endsWith("scale") || name.startsWith("rope_freqs");
        float[] numbers = new float[Math.toIntExact(sizes.stream().reduce(1L, Math::multiplyExact))];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = (factor ? 1 : 0) + 0.1f * (float) random.nextGaussian();
        }
        return numbers;
    }

    private static GgufValue value(JsonObject described) {
        JsonElement value = described.get("value");
        if (!described.get("type").getAsString().equals("ARRAY")) {
            return scalar(described.get("type").getAsString(), value);
        }
        String of = described.get("of").getAsString();
        JsonArray items = value.getAsJsonArray();
        return GgufValue.array(
                GgufType.valueOf(of),
                items.asList().stream().map(item -> scalar(of, item)).toList());
    }

    private static GgufValue scalar(String typeName, JsonElement value) {
        GgufType type = GgufType.valueOf(typeName);
        return switch (type) {
            case STRING -> GgufValue.text(value.getAsString());
            case BOOL -> GgufValue.bool(value.getAsBoolean());
            case FLOAT32, FLOAT64 -> new GgufValue.Real(type, Double.parseDouble(value.getAsString()));
            case ARRAY -> throw new IllegalArgumentException("an array of arrays");
            default -> new GgufValue.Int(type, value.getAsLong());
        };
    }

    /** GPT-2's printable stand-in for each byte, in the order of the bytes. */
    private static List<String> byteTokens() {
        List<String> tokens = new ArrayList<>();
        int next = 256;
        for (int b = 0; b < 256; b++) {
            boolean printable = (b >= '!' && b <= '~') || (b >= 0xA1 && b <= 0xAC) || b >= 0xAE;
            tokens.add(Character.toString(printable ? b : next++));
        }
        return tokens;
    }
}
