package koine.engine.grammar;

import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** JSON Schema's formats of texts, each as a regular expression for a part of what it allows that no reader disputes. */
final class Formats {
    private static final String DATE =
            "[12][0-9]{3}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)"
                    + "|02-(?:0[1-9]|1[0-9]|2[0-8]))";
    private static final String TIME =
            "(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\\.[0-9]{1,6})?(?:Z|[+-](?:0[0-9]|1[0-3]):[0-5][0-9])";
    private static final String BYTE = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";
    private static final String LABEL = "[a-z0-9](?:[a-z0-9-]{0,20}[a-z0-9])?";
    private static final String HOST = "(?:" + LABEL + "\\.){1,4}[a-z]{2,12}";
    private static final String SECONDS = "[0-9]{1,5}S";
    private static final String MINUTES = "[0-9]{1,5}M(?:" + SECONDS + ")?";
    private static final String HOURS = "[0-9]{1,5}H(?:" + MINUTES + ")?";
    private static final String DAYS = "[0-9]{1,5}D";
    private static final String MONTHS = "[0-9]{1,5}M(?:" + DAYS + ")?";
    private static final String YEARS = "[0-9]{1,5}Y(?:" + MONTHS + ")?";
    private static final String CLOCK = "T(?:" + HOURS + "|" + MINUTES + "|" + SECONDS + ")";
    private static final String URI = "https?://" + HOST + "(?::[1-9][0-9]{1,3})?(?:/[A-Za-z0-9._~-]{1,100}){0,20}/?"
            + "(?:\\?[A-Za-z0-9._~=&-]{1,200})?(?:#[A-Za-z0-9._~-]{1,100})?";

    private static final Map<String, String> PATTERNS = Map.ofEntries(
            Map.entry("date", DATE),
            Map.entry("time", TIME),
            Map.entry("date-time", DATE + "T" + TIME),
            Map.entry(
                    "duration",
                    "P(?:(?:" + YEARS + "|" + MONTHS + "|" + DAYS + ")(?:" + CLOCK + ")?|" + CLOCK + "|[0-9]{1,5}W)"),
            // version and variant as RFC 4122 has them: stricter checkers look at these digits
            Map.entry("uuid", "[0-9a-f]{8}-[0-9a-f]{4}-[1-5][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"),
            Map.entry("email", "[A-Za-z0-9](?:[A-Za-z0-9_+]{0,30}[A-Za-z0-9])?(?:\\.[A-Za-z0-9]{1,30}){0,3}@" + HOST),
            Map.entry("hostname", LABEL + "(?:\\." + LABEL + "){0,5}"),
            Map.entry("ipv4", BYTE + "(?:\\." + BYTE + "){3}"),
            Map.entry("ipv6", "(?:[0-9a-f]{1,4}:){7}[0-9a-f]{1,4}"),
            Map.entry("uri", URI),
            Map.entry("uri-reference", URI),
            Map.entry("iri", URI),
            Map.entry("iri-reference", URI));

    /** What says how a text is meant or shown, and forbids none. */
    private static final Set<String> ANNOTATIONS = Set.of("password", "binary", "path", "textarea", "markdown");

    private Formats() {}

    static boolean isAnnotation(String format) {
        return ANNOTATIONS.contains(format);
    }

    /** Null for a format that is not known. */
    static @Nullable Pattern pattern(String format, String pointer) throws GrammarException {
        String pattern = PATTERNS.get(format);
        return pattern == null
                ? null
                : Regex.parse("^" + (pattern.contains("|") ? "(?:" + pattern + ")" : pattern) + "$", pointer)
                        .body();
    }
}
