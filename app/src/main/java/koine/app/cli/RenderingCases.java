package koine.app.cli;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonParseException;
import com.google.gson.reflect.TypeToken;
import com.google.gson.stream.JsonReader;
import java.io.IOException;
import java.math.BigInteger;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Variables of renderings from JSON, as Python's {@code json} reads it: whole numbers of any size, NaN, Infinity. */
final class RenderingCases {
    /** Texts, to be left alone, and the constants that Python adds to JSON. */
    private static final Pattern CONSTANT = Pattern.compile("\"(?:[^\"\\\\]++|\\\\.)*+\"|NaN|Infinity");

    /** A number no cases file has; it stands for NaN, which JSON cannot spell. */
    private static final String NAN = "0e-987654321";

    private static final Pattern WHOLE = Pattern.compile("-?[0-9]+");

    private static final Gson JSON =
            new GsonBuilder().setObjectToNumberStrategy(RenderingCases::number).create();

    private RenderingCases() {}

    /** @throws JsonParseException when it is not an object of objects */
    static Map<String, Map<String, @Nullable Object>> read(String json) {
        String standard = CONSTANT.matcher(json).replaceAll(found -> Matcher.quoteReplacement(standard(found.group())));
        Map<String, Map<String, @Nullable Object>> cases = JSON.fromJson(standard, new TypeToken<>() {});
        if (cases == null || cases.containsValue(null)) {
            throw new JsonParseException("not an object of objects");
        }
        return cases;
    }

    private static String standard(String token) {
        return switch (token) {
            case "NaN" -> NAN;
            case "Infinity" -> "1e999";
            default -> token;
        };
    }

    private static Number number(JsonReader in) throws IOException {
        String text = in.nextString();
        if (WHOLE.matcher(text).matches()) {
            return new BigInteger(text);
        }
        return text.equals(NAN) ? Double.NaN : Double.parseDouble(text);
    }
}
