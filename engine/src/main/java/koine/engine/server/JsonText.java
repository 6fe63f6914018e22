package koine.engine.server;

import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** A body of JSON before anything is made of it: read through once, it costs no memory, however it is written. */
public final class JsonText {
    /** Values and names of one body; the tokens of a long prompt are fewer. */
    static final int MOST_VALUES = 200_000;

    private static final int MAX_DEPTH = 64;

    private JsonText() {}

    /** @return strict, and refusing what is not UTF-8 with {@link CharacterCodingException} */
    public static JsonReader reader(byte[] body) {
        JsonReader reader = new JsonReader(
                new InputStreamReader(new ByteArrayInputStream(body), StandardCharsets.UTF_8.newDecoder()));
        reader.setStrictness(Strictness.STRICT);
        reader.setNestingLimit(MAX_DEPTH);
        return reader;
    }

    /**
     * Counts values and names: a list of ones takes fifty times its length in memory.
     *
     * @throws ApiException when it is not one JSON value, or has more than {@value #MOST_VALUES}
     */
    static int values(byte[] body) throws ApiException {
        JsonReader reader = reader(body);
        int count = 0;
        try {
            for (JsonToken next = reader.peek(); next != JsonToken.END_DOCUMENT; next = reader.peek()) {
                switch (next) {
                    case BEGIN_ARRAY -> reader.beginArray();
                    case END_ARRAY -> reader.endArray();
                    case BEGIN_OBJECT -> reader.beginObject();
                    case END_OBJECT -> reader.endObject();
                    default -> reader.skipValue(); // a name too
                }
                if (next != JsonToken.END_ARRAY && next != JsonToken.END_OBJECT && ++count > MOST_VALUES) {
                    throw ApiException.invalid("the body has more than " + MOST_VALUES + " values");
                }
            }
            return count;
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    /** Why a body could not be read; the parser's message may quote the text. */
    public static ApiException unreadable(IOException failure) {
        boolean badText = failure instanceof CharacterCodingException;
        return ApiException.invalid(badText ? "the body is not UTF-8" : "the body is not JSON");
    }
}
