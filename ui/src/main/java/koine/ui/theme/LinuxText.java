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
 * Mends two faults of JavaFX's Pango text layout on Linux (measured in 26.0.2; the code is the same from 23 to 27-ea):
 *
 * <ul>
 *   <li>It remembers the text of each run by the run's identity. Wrapping shortens a run in place and shapes it again,
 *       from the remembered, longer text: a wrapped Hindi line holds the glyphs of the whole paragraph, and a wrapped
 *       Arabic line ends in an ArrayIndexOutOfBoundsException.
 *   <li>It turns Pango's empty glyph into glyph 0, the box. So the joiners of Persian and Hindi, and marks of
 *       direction, are drawn as boxes.
 * </ul>
 *
 * <p>The layout's private memory is replaced by one that finds nothing again, and that takes the boxes of no width out of
 * the finished runs. With JavaFX on the module path this needs {@value #OPENS} at start; on the class path nothing.
 */
final class LinuxText {
    static final String OPENS = "--add-opens=javafx.graphics/com.sun.javafx.text=ALL-UNNAMED"
            + " --add-opens=javafx.graphics/com.sun.javafx.font.freetype=ALL-UNNAMED";

    private static final Logger LOG = LoggerFactory.getLogger(LinuxText.class);

    private LinuxText() {}

    /** Call once the toolkit runs. */
    static void mend() {
        try {
            Field shared =
                    Class.forName("com.sun.javafx.text.GlyphLayoutManager").getDeclaredField("REUSABLE_INSTANCE");
            shared.setAccessible(true);
            Object layout = shared.get(null);
            Field memory = layout.getClass().getDeclaredField("runUtf8");
            memory.setAccessible(true);
            memory.set(layout, new Memory(new Glyphs(Class.forName("com.sun.javafx.text.TextRun"))));
        } catch (NoSuchFieldException | ClassNotFoundException e) {
            LOG.debug("this JavaFX lays text out in another way", e);
        } catch (IllegalAccessException | RuntimeException e) {
            LOG.warn("Arabic text cannot be wrapped safely: start Java with {}", OPENS, e);
        }
    }

    /** The glyphs of a run of text. */
    private static final class Glyphs {
        private static final int MISSING = 0;

        /** {@code CharToGlyphMapper.INVISIBLE_GLYPH_ID}: drawn as nothing. */
        private static final int INVISIBLE = 0xffff;

        private final Field count;
        private final Field ids;
        private final Field positions;

        Glyphs(Class<?> run) throws NoSuchFieldException {
            count = run.getDeclaredField("glyphCount");
            ids = run.getDeclaredField("gids");
            positions = run.getDeclaredField("positions");
            count.setAccessible(true);
            ids.setAccessible(true);
            positions.setAccessible(true);
        }

        void hideBoxesOfNoWidth(Object run) {
            try {
                if (ids.get(run) instanceof int[] glyphs && positions.get(run) instanceof float[] places) {
                    int glyphCount = Math.min(count.getInt(run), Math.min(glyphs.length, places.length / 2 - 1));
                    for (int i = 0; i < glyphCount; i++) {
                        if (glyphs[i] == MISSING && places[2 * i] == places[2 * i + 2]) {
                            glyphs[i] = INVISIBLE;
                        }
                    }
                }
            } catch (IllegalAccessException e) {
                throw new IllegalStateException("made accessible before", e);
            }
        }
    }

    /** Finds nothing again, and knows every native string that is to be freed when the layout is done. */
    private static final class Memory extends AbstractMap<Object, Long> {
        private final Glyphs glyphs;
        private final List<Object> runs = new ArrayList<>();
        private final List<Long> strings = new ArrayList<>();

        Memory(Glyphs glyphs) {
            this.glyphs = glyphs;
        }

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
            runs.add(key);
            strings.add(value);
            return null;
        }

        @Override
        public Collection<Long> values() {
            return strings;
        }

        @Override
        public void clear() {
            runs.forEach(glyphs::hideBoxesOfNoWidth);
            runs.clear();
            strings.clear();
        }

        @Override
        public Set<Map.Entry<Object, Long>> entrySet() {
            return Set.of();
        }
    }
}
