package koine.ui.theme;

import java.lang.reflect.Field;
import java.util.AbstractMap;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Mends how JavaFX (measured: 21 to 27-ea) wraps text of complex scripts on Linux. Its Pango layout remembers the text of
 * each run by the run's identity; wrapping shortens a run in place and shapes it again, from the remembered, longer
 * text. A wrapped Hindi line then holds the glyphs of the whole paragraph, and a wrapped Arabic line ends in an
 * ArrayIndexOutOfBoundsException. The memory is replaced by one that remembers only what it must free.
 *
 * <p>The field is private: with JavaFX on the module path this needs {@value #OPENS} at start; on the class path
 * nothing. Not {@code --add-exports}: no class here is compiled against an internal one.
 */
final class LineWrapping {
    static final String OPENS = "--add-opens=javafx.graphics/com.sun.javafx.text=ALL-UNNAMED"
            + " --add-opens=javafx.graphics/com.sun.javafx.font.freetype=ALL-UNNAMED";

    private static final Logger LOG = LoggerFactory.getLogger(LineWrapping.class);

    private LineWrapping() {}

    /** Call once the toolkit runs. */
    static void mend() {
        try {
            Field shared = Class.forName("com.sun.javafx.text.GlyphLayoutManager").getDeclaredField("REUSABLE_INSTANCE");
            shared.setAccessible(true);
            Object layout = shared.get(null);
            Field memory = layout.getClass().getDeclaredField("runUtf8");
            memory.setAccessible(true);
            memory.set(layout, new Forgetful());
        } catch (NoSuchFieldException | ClassNotFoundException e) {
            LOG.debug("this JavaFX lays text out in another way", e);
        } catch (IllegalAccessException | RuntimeException e) {
            LOG.warn("Arabic text cannot be wrapped safely: start Java with {}", OPENS, e);
        }
    }

    /** Finds nothing again, and knows every native string that is to be freed. */
    private static final class Forgetful extends AbstractMap<Object, Long> {
        private final List<Long> strings = new ArrayList<>();

        @Override
        public boolean containsKey(Object key) {
            return false;
        }

        @Override
        @SuppressWarnings("NullAway") // that is the contract of Map.get
        public Long get(Object key) {
            return null;
        }

        @Override
        @SuppressWarnings("NullAway") // and of put
        public Long put(Object key, Long value) {
            strings.add(value);
            return null;
        }

        @Override
        public Collection<Long> values() {
            return strings;
        }

        @Override
        public void clear() {
            strings.clear();
        }

        @Override
        public Set<Map.Entry<Object, Long>> entrySet() {
            return Set.of();
        }
    }
}
