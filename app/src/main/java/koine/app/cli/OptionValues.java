package koine.app.cli;

import java.util.List;
import java.util.Map;
import koine.app.conversations.Layer;
import koine.i18n.Problem;
import org.jspecify.annotations.Nullable;

/** What options take, in one place for what is checked and what a person is told. */
final class OptionValues {
    private static final long MOST_TOKENS = 1_000_000;
    /** With less room than this no conversation is possible. */
    private static final long LEAST_CONTEXT = 256;

    private static final Map<String, Range> RANGES = Map.ofEntries(
            Map.entry(LayerOption.NAME, new Range("number", 0, (long) Layer.MOST_SCALE)),
            Map.entry(TerminalLayers.COMMAND, new Range("number", 0, (long) Layer.MOST_SCALE)),
            Map.entry("--port", new Range("whole", 0, 65_535)),
            Map.entry("--temperature", new Range("number", 0, 100)),
            Map.entry("--max-tokens", new Range("whole", 1, Integer.MAX_VALUE)),
            Map.entry("--context", new Range("whole", LEAST_CONTEXT, Integer.MAX_VALUE)),
            Map.entry("--seed", new Range("whole", 0, Long.MAX_VALUE)),
            Map.entry("--prompt", new Range("whole", 1, MOST_TOKENS)),
            Map.entry("--generate", new Range("whole", 1, MOST_TOKENS)),
            Map.entry("--depth", new Range("whole", 0, MOST_TOKENS)),
            Map.entry("--parallel", new Range("whole", 1, 64)),
            Map.entry("--threads", new Range("whole", 0, 512)),
            Map.entry("--repeat", new Range("whole", 1, 1000)));

    private static final Map<String, List<String>> CHOICES =
            Map.of("--think", List.of("on", "off"), "--theme", List.of("light", "dark"));

    private static final Map<String, String> FORMS = Map.of("--size", "1100x760", "--now", "2026-11-22T10:00");

    /** @param kind how the message puts it: {@code whole} or {@code number} */
    private record Range(String kind, long least, long most) {
        /** False for what is no number, too. */
        boolean has(Number value) {
            return value.doubleValue() >= least && value.doubleValue() <= most;
        }
    }

    private OptionValues() {}

    /** @throws Problem {@code KOINE-A104} the option does not take this number */
    static void check(String option, Number value) throws Problem {
        Range range = RANGES.get(option);
        if (range != null && !range.has(value)) {
            throw bad(option, value);
        }
    }

    /** @return whether it is the first of the option's two words @throws Problem {@code KOINE-A104} it is neither */
    static boolean isFirst(String option, String value) throws Problem {
        int index = CHOICES.getOrDefault(option, List.of()).indexOf(value);
        if (index < 0) {
            throw bad(option, value);
        }
        return index == 0;
    }

    /** {@code KOINE-A104}: what the option does take is told with it. */
    static Problem bad(String option, @Nullable Object value) {
        return bad(option, value, CHOICES.getOrDefault(option, List.of()));
    }

    /** As the other, of an option whose choices depend on something. */
    static Problem bad(String option, @Nullable Object value, List<String> choices) {
        Range range = RANGES.get(option);
        String form = FORMS.getOrDefault(option, "");
        String kind = range != null ? range.kind : !choices.isEmpty() ? "choice" : form.isEmpty() ? "other" : "form";
        return new Problem(
                "KOINE-A104",
                Map.of(
                        "option",
                        option,
                        "value",
                        SafeText.line(typed(value)),
                        "takes",
                        kind,
                        "least",
                        range == null ? "" : Long.toString(range.least),
                        "most",
                        range == null ? "" : Long.toString(range.most),
                        "choices",
                        String.join(", ", choices),
                        "form",
                        form,
                        "help",
                        UsageProblems.HELP));
    }

    /** A whole number as it was typed, not as Java writes it ({@code -1.0}). */
    private static String typed(@Nullable Object value) {
        return value instanceof Double number && number == number.longValue()
                ? Long.toString(number.longValue())
                : String.valueOf(value);
    }
}
