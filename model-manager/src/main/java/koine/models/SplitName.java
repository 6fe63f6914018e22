package koine.models;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The name of one file of a model in several files, as llama.cpp writes and wants it: {@code NAME-00001-of-00003.gguf}.
 *
 * @param part from 1
 */
record SplitName(String prefix, int part, int parts, String extension) {
    private static final Pattern NAME = Pattern.compile("(.+)-(\\d{5})-of-(\\d{5})(\\.gguf)", Pattern.CASE_INSENSITIVE);

    static @Nullable SplitName of(Path file) {
        Matcher matcher = NAME.matcher(file.getFileName().toString());
        return matcher.matches()
                ? new SplitName(
                        matcher.group(1),
                        Integer.parseInt(matcher.group(2)),
                        Integer.parseInt(matcher.group(3)),
                        matcher.group(4))
                : null;
    }

    /** All files of the model, this one among them. */
    List<Path> files(Path one) {
        List<Path> files = new ArrayList<>();
        for (int i = 1; i <= parts; i++) {
            files.add(one.resolveSibling(String.format(Locale.ROOT, "%s-%05d-of-%05d%s", prefix, i, parts, extension)));
        }
        return files;
    }
}
