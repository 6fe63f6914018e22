package koine.i18n;

import com.ibm.icu.text.MessageFormat;
import com.ibm.icu.text.MessagePattern;
import com.ibm.icu.util.ULocale;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** One message pattern, ready to be filled. */
final class Sentence {
    private final MessageFormat format;
    private final Set<String> selectors;
    private final TextDirection direction;

    Sentence(String pattern, ULocale locale) {
        this.format = new MessageFormat(pattern, locale);
        this.selectors = selectors(new MessagePattern(pattern));
        this.direction = locale.isRightToLeft() ? TextDirection.RIGHT_TO_LEFT : TextDirection.LEFT_TO_RIGHT;
    }

    String format(Map<String, ?> arguments) {
        Map<String, Object> filled = new HashMap<>(arguments);
        filled.replaceAll((name, value) ->
                value instanceof String text && !selectors.contains(name) ? Isolates.wrap(text, direction) : value);
        synchronized (format) { // ICU message formats are not thread-safe
            return format.format(filled);
        }
    }

    /** Names of arguments whose text chooses a variant: wrapping it would choose another. */
    private static Set<String> selectors(MessagePattern pattern) {
        Set<String> names = new HashSet<>();
        for (int i = 0; i < pattern.countParts(); i++) {
            MessagePattern.Part part = pattern.getPart(i);
            if (part.getType() == MessagePattern.Part.Type.ARG_START
                    && part.getArgType() == MessagePattern.ArgType.SELECT) {
                names.add(pattern.getSubstring(pattern.getPart(i + 1)));
            }
        }
        return names;
    }
}
