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
import java.util.Arrays;
import java.util.HexFormat;
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
    private static final float STEADY = 0.1f;
    private static final float SURE = 40;

    private final JsonObject shape;
    private final Map<String, GgufValue> metadata = new LinkedHashMap<>();
    private long seed = 1;
    private int context;
    private boolean steady;
    private boolean sure;
    private String leftOut = "";
    private List<String> tokens = List.of();
    private List<String> script = List.of();

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

    /** @param architecture one of which there is a shape, see {@link TinyFamily#all()} */
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

    /** Says the same, but is as sure of most of it as trained models are: all logits are larger. */
    public TinyModel sure() {
        sure = true;
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
        vocabulary(controlTokens, List.of());
        put("tokenizer.ggml.eos_token_id", GgufValue.uint32(tokens.size() - 1));
        if (chatTemplate != null) {
            put("tokenizer.chat_template", GgufValue.text(chatTemplate));
        }
        return this;
    }

    /**
     * A vocabulary of all bytes and the family's tokens. Answers of such a model do not end by themselves.
     *
     * @param chatTemplate null for none
     */
    TinyModel family(TinyFamily family, @Nullable String chatTemplate) {
        vocabulary(family.control(), family.words());
        steady = true;
        put("general.name", GgufValue.text("Tiny " + family.architecture()));
        put("tokenizer.ggml.add_bos_token", GgufValue.bool(family.bos() != null));
        putToken("bos", family.bos() == null ? family.eos() : family.bos());
        putToken("eos", family.eos());
        putToken("eot", family.eot());
        if (chatTemplate != null) {
            put("tokenizer.chat_template", GgufValue.text(chatTemplate));
        }
        return this;
    }

    private void putToken(String role, @Nullable String token) {
        if (token != null) {
            put("tokenizer.ggml." + role + "_token_id", GgufValue.uint32(tokens.indexOf(token)));
        }
    }

    private void vocabulary(List<String> control, List<String> words) {
        tokens = new ArrayList<>(byteTokens());
        tokens.addAll(control);
        tokens.addAll(words);
        List<GgufValue> types = new ArrayList<>();
        for (int i = 0; i < tokens.size(); i++) { // normal, control, defined by the user
            types.add(new GgufValue.Int(GgufType.INT32, i < 256 ? 1 : i < 256 + control.size() ? 3 : 4));
        }
        metadata.remove("tokenizer.ggml.scores");
        put("tokenizer.ggml.model", GgufValue.text("gpt2"));
        put("tokenizer.ggml.pre", GgufValue.text("gpt-2"));
        put("tokenizer.ggml.tokens", GgufValue.texts(tokens));
        put("tokenizer.ggml.token_type", GgufValue.array(GgufType.INT32, types));
        put("tokenizer.ggml.merges", GgufValue.texts(List.of()));
        put(architecture() + ".vocab_size", GgufValue.uint32(tokens.size()));
    }

    /** The other common kind of vocabulary: SentencePiece, with a token for each byte that has no other. */
    public TinyModel sentencePiece() {
        List<String> pieces = new ArrayList<>(List.of("<unk>", "<s>", "</s>"));
        for (int b = 0; b < 256; b++) {
            pieces.add("<0x" + HexFormat.of().withUpperCase().toHexDigits((byte) b) + ">");
        }
        "\u2581abcdefghijklmnopqrstuvwxyz"
                .codePoints()
                .mapToObj(Character::toString)
                .forEach(pieces::add);
        tokens = pieces;
        List<GgufValue> types = new ArrayList<>();
        List<GgufValue> scores = new ArrayList<>();
        for (int i = 0; i < pieces.size(); i++) { // unknown, control, byte, normal
            types.add(new GgufValue.Int(GgufType.INT32, i == 0 ? 2 : i < 3 ? 3 : i < 259 ? 6 : 1));
            scores.add(GgufValue.float32(-i));
        }
        put("tokenizer.ggml.model", GgufValue.text("llama"));
        put("tokenizer.ggml.pre", GgufValue.text("default"));
        put("tokenizer.ggml.tokens", GgufValue.texts(pieces));
        put("tokenizer.ggml.scores", GgufValue.array(GgufType.FLOAT32, scores));
        put("tokenizer.ggml.token_type", GgufValue.array(GgufType.INT32, types));
        put("tokenizer.ggml.bos_token_id", GgufValue.uint32(1));
        put("tokenizer.ggml.eos_token_id", GgufValue.uint32(2));
        put("tokenizer.ggml.unknown_token_id", GgufValue.uint32(0));
        put(architecture() + ".vocab_size", GgufValue.uint32(pieces.size()));
        return this;
    }

    /** How many tokens it says it was made for. */
    public TinyModel context(int tokens) {
        context = tokens;
        put(architecture() + ".context_length", GgufValue.uint32(tokens));
        put(architecture() + ".rope.scaling.original_context_length", GgufValue.uint32(tokens));
        return this;
    }

    /**
     * A model that does not look back: the likeliest token after each token of the list is the one that follows it there. For
     * architectures whose layers only add to what they are given, and scale nothing, as {@code qwen3}; it needs a vocabulary.
     *
     * @param script token texts as the vocabulary has them, none twice
     */
    public TinyModel script(List<String> script) {
        if (script.stream().distinct().count() != script.size() || !tokens.containsAll(script)) {
            throw new IllegalArgumentException("a token twice, or one that is not in the vocabulary: " + script);
        }
        this.script = List.copyOf(script);
        return this;
    }

    /** Without optional tensors that older versions of llama.cpp do not know. @param names a regular expression */
    public TinyModel without(String names) {
        leftOut = names;
        return this;
    }

    public void write(Path file) throws IOException {
        GgufWriter writer = new GgufWriter();
        metadata.forEach(writer::put);
        Random random = new Random(seed);
        float[] embeddings = {};
        for (JsonElement element : shape.getAsJsonArray("tensors")) {
            JsonObject tensor = element.getAsJsonObject();
            String name = tensor.get("name").getAsString();
            if (name.matches(leftOut)) {
                continue;
            }
            List<Long> sizes = sizes(tensor, name);
            float[] numbers = numbers(name, sizes, random);
            if (steady && name.endsWith("attn_output.weight")) {
                // another order of the same additions must not turn the choice between two tokens
                for (int i = 0; i < numbers.length; i++) {
                    numbers[i] *= STEADY;
                }
            }
            if (sure && name.startsWith("output_norm.")) {
                for (int i = 0; i < numbers.length; i++) {
                    numbers[i] *= SURE;
                }
            }
            if (steady && name.equals("output.weight")) {
                silenceControlTokens(numbers, Math.toIntExact(sizes.getFirst()));
            }
            if (!script.isEmpty()) {
                if (name.equals("token_embd.weight")) {
                    embeddings = numbers;
                } else if (name.equals("output.weight")) {
                    followScript(numbers, embeddings, Math.toIntExact(sizes.getFirst()));
                } else if (!isFactor(name)) {
                    Arrays.fill(numbers, 0); // no layer adds anything
                }
            }
            writer.tensor(name, sizes, numbers);
        }
        writer.write(file);
    }

    private List<Long> sizes(JsonObject tensor, String name) {
        List<Long> sizes = new ArrayList<>();
        tensor.getAsJsonArray("shape").forEach(size -> sizes.add(size.getAsLong()));
        if (!tokens.isEmpty()) {
            switch (name) {
                case "token_embd.weight", "output.weight" -> sizes.set(1, (long) tokens.size());
                case "output.bias" -> sizes.set(0, (long) tokens.size());
                default -> {}
            }
        }
        if (context > 0 && name.equals("position_embd.weight")) {
            sizes.set(1, (long) context);
        }
        return sizes;
    }

    /** So that no answer ends before it has been watched. */
    private void silenceControlTokens(float[] output, int width) {
        for (int i = 256; i < tokens.size() && i * width < output.length; i++) {
            Arrays.fill(output, i * width, (i + 1) * width, 0);
        }
    }

    /** A row of the output is the embedding of the token before, to which that is nearest by far. */
    private void followScript(float[] output, float[] embeddings, int width) {
        Arrays.fill(output, 0);
        for (int i = 1; i < script.size(); i++) {
            int from = tokens.indexOf(script.get(i - 1)) * width;
            System.arraycopy(embeddings, from, output, tokens.indexOf(script.get(i)) * width, width);
        }
    }

    private String architecture() {
        return shape.getAsJsonObject("kv")
                .getAsJsonObject("general.architecture")
                .get("value")
                .getAsString();
    }

    private static float[] numbers(String name, List<Long> sizes, Random random) {
        boolean factor = isFactor(name);
        float[] numbers = new float[Math.toIntExact(sizes.stream().reduce(1L, Math::multiplyExact))];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = (factor ? 1 : 0) + 0.1f * (float) random.nextGaussian();
        }
        return numbers;
    }

    private static boolean isFactor(String name) {
        return name.endsWith("norm.weight") || name.endsWith("scale") || name.startsWith("rope_freqs");
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
