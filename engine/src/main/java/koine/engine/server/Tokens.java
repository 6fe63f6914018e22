package koine.engine.server;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import koine.engine.llama.Utf8;
import koine.engine.session.Tokenizer;

/** Text to tokens and back, as llama-server tells it. Any thread. */
final class Tokens {
    private static final int MAX_TOKENS = JsonText.MOST_VALUES;

    private final GeneratorThread generator;

    Tokens(GeneratorThread generator) {
        this.generator = generator;
    }

    /** {@code POST /tokenize}. */
    JsonObject tokenize(byte[] body) throws ApiException {
        Tokenizer tokenizer = generator.ready().tokenizer();
        Fields fields = Fields.parse(body);
        fields.requireOnly(Set.of("content", "add_special", "parse_special", "with_pieces"), Set.of("model"), Set.of());
        boolean pieces = fields.bool("with_pieces", false);
        JsonArray tokens = new JsonArray();
        int[] numbers = tokenizer.tokens(
                fields.text("content"), fields.bool("add_special", false), fields.bool("parse_special", true));
        if (numbers.length > JsonText.MOST_VALUES) {
            throw ApiException.invalid("\"content\" has more than " + JsonText.MOST_VALUES + " tokens");
        }
        for (int token : numbers) {
            if (pieces) {
                tokens.add(piece(token, tokenizer.bytes(token)));
            } else {
                tokens.add(token);
            }
        }
        JsonObject json = new JsonObject();
        json.add("tokens", tokens);
        return json;
    }

    /** A piece that is no text, but part of a character, is told in bytes. */
    private static JsonObject piece(int token, byte[] bytes) {
        JsonObject json = new JsonObject();
        json.addProperty("id", token);
        String text = Utf8.textOrNull(bytes);
        if (text != null) {
            json.addProperty("piece", text);
        } else {
            JsonArray numbers = new JsonArray();
            for (byte b : bytes) {
                numbers.add(b & 0xFF);
            }
            json.add("piece", numbers);
        }
        return json;
    }

    /** {@code POST /detokenize}. */
    JsonObject detokenize(byte[] body) throws ApiException {
        Tokenizer tokenizer = generator.ready().tokenizer();
        Fields fields = Fields.parse(body);
        fields.requireOnly(Set.of("tokens"), Set.of("model"), Set.of());
        List<Integer> tokens = Fields.tokens(fields.list("tokens", MAX_TOKENS), "tokens", tokenizer.size());
        JsonObject json = new JsonObject();
        json.addProperty("content", text(tokens, tokenizer));
        return json;
    }

    static String text(List<Integer> tokens, Tokenizer tokenizer) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int token : tokens) {
            bytes.writeBytes(tokenizer.bytes(token));
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
