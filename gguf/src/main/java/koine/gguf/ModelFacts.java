package koine.gguf;

import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a model file says of itself, for people and for choosing. Texts are cleaned: no control characters, none that turn
 * the direction of what follows.
 *
 * @param architecture null in the later parts of a split model
 * @param kind {@code model}; {@code adapter}, {@code mmproj}, {@code imatrix} and the like are no models to talk to
 * @param name null when the file has none
 * @param parameters numbers in all tensors of this file
 * @param contextTokens most tokens the model was made for; 0 when the file does not say
 * @param quantization for example {@code Q4_K_M}
 * @param languages as the file lists them, usually BCP 47
 * @param maker the organization, else the author, that the file names; null when it names none
 * @param license as the file has it, usually an SPDX identifier in lower case; null when it has none
 * @param split null for a model in one file
 */
public record ModelFacts(
        @Nullable String architecture,
        String kind,
        @Nullable String name,
        long parameters,
        long contextTokens,
        String quantization,
        List<String> languages,
        @Nullable String maker,
        @Nullable String license,
        boolean chatTemplate,
        @Nullable Split split) {
    private static final int MOST_CHARACTERS = 200;
    private static final int MOST_LANGUAGES = 200;

    /** One of several files of a model. @param part from 1 */
    public record Split(long part, long parts) {}

    /** Blocks on the disk. @throws GgufException when the content is no GGUF that Koine reads */
    public static ModelFacts read(Path file) throws IOException {
        return of(GgufReader.read(file));
    }

    public static ModelFacts of(GgufFile file) {
        String architecture = clean(file.text("general.architecture"));
        String kind = clean(file.text("general.type"));
        return new ModelFacts(
                architecture,
                kind == null ? "model" : kind,
                clean(file.text("general.name")),
                file.tensors().stream().mapToLong(GgufTensor::elements).sum(),
                Math.max(0, file.integer(architecture + ".context_length").orElse(0)),
                quantization(file),
                languages(file),
                maker(file, "general."),
                license(file),
                file.metadata().get("tokenizer.chat_template") instanceof GgufValue.Text
                        || file.metadata().get("tokenizer.chat_template") instanceof GgufValue.LongText,
                split(file));
    }

    static List<String> languages(GgufFile file) {
        return file.texts("general.languages").stream()
                .limit(MOST_LANGUAGES)
                .map(ModelFacts::clean)
                .flatMap(Stream::ofNullable)
                .toList();
    }

    static @Nullable String license(GgufFile file) {
        String license = clean(file.text("general.license"));
        return license != null ? license : clean(file.text("general.license.name"));
    }

    /** @param prefix of the keys, with its dot */
    static @Nullable String maker(GgufFile file, String prefix) {
        String organization = clean(file.text(prefix + "organization"));
        return organization != null ? organization : clean(file.text(prefix + "author"));
    }

    private static String quantization(GgufFile file) {
        String named = file.integer("general.file_type").isPresent()
                ? Quantization.name(file.integer("general.file_type").getAsLong())
                : null;
        if (named != null) {
            return named;
        }
        Map<GgufTensorType, Long> elements = new EnumMap<>(GgufTensorType.class);
        for (GgufTensor tensor : file.tensors()) {
            elements.merge(tensor.type(), tensor.elements(), Long::sum);
        }
        return elements.entrySet().stream()
                .max(Map.Entry.comparingByValue())
                .map(most -> most.getKey().name())
                .orElse("");
    }

    private static @Nullable Split split(GgufFile file) {
        long parts = file.integer("split.count").orElse(0);
        return parts > 1 ? new Split(file.integer("split.no").orElse(0) + 1, parts) : null;
    }

    static @Nullable String clean(@Nullable String text) {
        if (text == null) {
            return null;
        }
        StringBuilder cleaned = new StringBuilder();
        text.codePoints()
                .filter(c -> !Character.isISOControl(c) && !turnsDirection(c))
                .limit(MOST_CHARACTERS)
                .forEach(cleaned::appendCodePoint);
        String stripped = cleaned.toString().strip();
        return stripped.isEmpty() ? null : stripped;
    }

    private static boolean turnsDirection(int c) {
        return c == 0x061C
                || c == 0x200E
                || c == 0x200F
                || (c >= 0x202A && c <= 0x202E)
                || (c >= 0x2066 && c <= 0x2069);
    }
}
