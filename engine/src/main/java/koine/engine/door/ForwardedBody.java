package koine.engine.door;

import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.JsonWriter;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.HexFormat;
import koine.engine.server.ApiException;

/**
 * What an engine gets of a program's request: nothing of it is kept on this user's disk, and its cache keys are no
 * conversation's of this user and no other door's. All else stays as it came. Any thread.
 */
final class ForwardedBody {
    private static final String KEY = "prompt_cache_key";
    private static final String RETENTION = "prompt_cache_retention";
    private static final String ADAPTERS = "lora";
    private static final int MOST_KEY = 200; // a longer one is the engine's to refuse

    private final byte[] door = new byte[32];

    ForwardedBody() {
        new SecureRandom().nextBytes(door);
    }

    /** @return the same array when nothing is to be changed */
    byte[] of(byte[] body) throws ApiException {
        try {
            return concerned(body) ? rewritten(body) : body;
        } catch (IOException | IllegalStateException e) {
            throw ApiException.invalid("the body is no JSON"); // nor is it to the engine, which reads as strictly
        }
    }

    private static JsonReader reader(byte[] body) {
        JsonReader in = new JsonReader(
                new InputStreamReader(new ByteArrayInputStream(body), StandardCharsets.UTF_8.newDecoder()));
        in.setStrictness(Strictness.STRICT);
        return in;
    }

    private static boolean concerned(byte[] body) throws IOException, ApiException {
        JsonReader in = reader(body);
        in.beginObject();
        boolean concerned = false;
        while (in.hasNext()) {
            String name = in.nextName();
            concerned |= name.equals(KEY) || name.equals(RETENTION);
            if (name.equals(ADAPTERS)) {
                refuseAny(in);
            } else {
                in.skipValue();
            }
        }
        in.endObject();
        JsonToken _ = in.peek(); // the end, or more than one document
        return concerned;
    }

    /** Adapters are files of this computer: who asks from elsewhere has none to name. */
    private static void refuseAny(JsonReader in) throws IOException, ApiException {
        boolean none = in.peek() == JsonToken.NULL;
        if (in.peek() == JsonToken.BEGIN_ARRAY) {
            in.beginArray();
            none = in.peek() == JsonToken.END_ARRAY;
            while (in.hasNext()) {
                in.skipValue();
            }
            in.endArray();
        } else {
            in.skipValue();
        }
        if (!none) {
            throw ApiException.of(501, "not_supported_error", "\"lora\" is not supported");
        }
    }

    /** Piece by piece: as a tree, a body would take many times its size. */
    private byte[] rewritten(byte[] body) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(body.length + 128);
        JsonReader in = reader(body);
        try (JsonWriter out = new JsonWriter(new OutputStreamWriter(bytes, StandardCharsets.UTF_8))) {
            int depth = 0;
            for (JsonToken next = in.peek(); next != JsonToken.END_DOCUMENT; next = in.peek()) {
                switch (next) {
                    case BEGIN_OBJECT -> {
                        in.beginObject();
                        out.beginObject();
                        depth++;
                    }
                    case END_OBJECT -> {
                        in.endObject();
                        out.endObject();
                        depth--;
                    }
                    case BEGIN_ARRAY -> {
                        in.beginArray();
                        out.beginArray();
                        depth++;
                    }
                    case END_ARRAY -> {
                        in.endArray();
                        out.endArray();
                        depth--;
                    }
                    case NAME -> copyName(in, out, depth == 1);
                    case STRING -> out.value(in.nextString());
                    case NUMBER -> out.jsonValue(in.nextString());
                    case BOOLEAN -> out.value(in.nextBoolean());
                    case NULL -> {
                        in.nextNull();
                        out.nullValue();
                    }
                    case END_DOCUMENT -> throw new IllegalStateException();
                }
            }
        }
        return bytes.toByteArray();
    }

    private void copyName(JsonReader in, JsonWriter out, boolean ofBody) throws IOException {
        String name = in.nextName();
        if (ofBody && name.equals(RETENTION)) {
            in.skipValue();
            return;
        }
        out.name(name);
        if (ofBody && name.equals(KEY) && in.peek() == JsonToken.STRING) {
            String key = in.nextString();
            out.value(key.isEmpty() || key.length() > MOST_KEY ? key : own(key));
        }
    }

    /** Of one length, so that a long key with something before it is not too long. */
    private String own(String key) {
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            sha256.update(door);
            return "door-" + HexFormat.of().formatHex(sha256.digest(key.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
