package koine.ui.theme;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javafx.scene.paint.Color;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Contrast after WCAG 2.2: 4.5 for text, 3 for the edges of fields. */
class ColourRolesTest {
    private static final Pattern ROLE = Pattern.compile("-koine-([a-z-]+): (#[0-9a-f]{6});");

    private record Pair(String front, String back, double least) {}

    private static final List<Pair> PAIRS = List.of(
            new Pair("text", "surface", 4.5),
            new Pair("text", "sidebar", 4.5),
            new Pair("text", "raised", 4.5),
            new Pair("text", "hover", 4.5),
            new Pair("text", "code", 4.5),
            new Pair("text", "selection", 4.5),
            new Pair("text-quiet", "surface", 4.5),
            new Pair("text-quiet", "sidebar", 4.5),
            new Pair("text-quiet", "raised", 4.5),
            new Pair("text-quiet", "code", 4.5),
            new Pair("text-quiet", "hover", 4.5),
            new Pair("accent", "surface", 4.5),
            new Pair("accent", "sidebar", 4.5),
            new Pair("accent", "raised", 4.5),
            new Pair("on-accent", "accent-strong", 4.5),
            new Pair("on-accent", "accent-strong-hover", 4.0),
            new Pair("on-accent-soft", "accent-soft", 4.5),
            new Pair("on-accent-soft", "selection", 4.5),
            new Pair("on-notice", "notice", 4.5),
            new Pair("field-line", "surface", 3),
            new Pair("field-line", "sidebar", 3));

    private static String read(String name) throws IOException {
        try (InputStream in = ColourRolesTest.class.getResourceAsStream(name)) {
            assertTrue(in != null, name);
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static Map<String, Color> roles(String sheet) throws IOException {
        Map<String, Color> roles = new TreeMap<>();
        Matcher found = ROLE.matcher(read(sheet));
        while (found.find()) {
            roles.put(found.group(1), Color.web(found.group(2)));
        }
        return roles;
    }

    @ParameterizedTest
    @ValueSource(strings = {"light.css", "dark.css"})
    void textAndFieldsCanBeSeen(String sheet) throws IOException {
        Map<String, Color> roles = roles(sheet);
        for (Pair pair : PAIRS) {
            Color front = roles.get(pair.front);
            Color back = roles.get(pair.back);
            assertTrue(front != null && back != null, pair.toString());
            double contrast = contrast(front, back);
            assertTrue(contrast >= pair.least, pair + " in " + sheet + " has only " + contrast);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"light.css", "dark.css"})
    void bothThemesDefineEveryRoleThatIsUsed(String sheet) throws IOException {
        String defined = read(sheet);
        Matcher used = Pattern.compile("-koine-[a-z-]+").matcher(read("koine.css"));
        while (used.find()) {
            assertTrue(defined.contains(used.group() + ":"), used.group() + " is not in " + sheet);
        }
        assertEquals(roles("light.css").keySet(), roles("dark.css").keySet());
    }

    private static double contrast(Color one, Color other) {
        double first = luminance(one);
        double second = luminance(other);
        return (Math.max(first, second) + 0.05) / (Math.min(first, second) + 0.05);
    }

    private static double luminance(Color colour) {
        return 0.2126 * linear(colour.getRed())
                + 0.7152 * linear(colour.getGreen())
                + 0.0722 * linear(colour.getBlue());
    }

    private static double linear(double channel) {
        return channel <= 0.04045 ? channel / 12.92 : Math.pow((channel + 0.055) / 1.055, 2.4);
    }
}
