package koine.app.bench;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.function.BiFunction;
import koine.engine.speed.MeasuredSpeed.Found;
import koine.engine.speed.Trial;
import koine.engine.speed.Trial.Kind;
import koine.i18n.Formats;
import org.jspecify.annotations.Nullable;

/**
 * What was found out about a model's speed, in words for people; the window and the command line say the same.
 *
 * @param texts of a key with its arguments
 */
public record SpeedWords(BiFunction<String, Map<String, ?>, String> texts) {
    /** @param draft file of the draft model, with or without folders; null for all else */
    public String kind(Kind kind, @Nullable String draft) {
        String name = draft == null ? "" : String.valueOf(Path.of(draft).getFileName());
        return texts.apply("speed.kind", Map.of("kind", word(kind), "draft", name));
    }

    /** How it went. */
    public String outcome(Trial trial) {
        String how = trial.obstacle() != null
                ? word(trial.obstacle())
                : !trial.used() ? "unused" : trial.kind() == Kind.QUANTIZED_CONTEXT ? "short" : "used";
        return texts.apply("speed.outcome", Map.of("how", how, "gain", trial.ratio() - 1));
    }

    /** What came of it all. */
    public String sum(Found found, Formats formats) {
        return texts.apply(
                "speed.found",
                Map.of(
                        "quicker",
                        found.fastest() > found.tokensPerSecond() ? "yes" : "no",
                        "speed",
                        formats.number(found.tokensPerSecond(), 1),
                        "fastest",
                        formats.number(found.fastest(), 1)));
    }

    /** The same word for programs. */
    public static String word(Enum<?> name) {
        return name.name().toLowerCase(Locale.ROOT);
    }
}
