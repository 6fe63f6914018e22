package koine.engine.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class StopScannerTest {
    @Test
    void aStopTextPartedByTokensEndsTheAnswerAndIsNotInIt() {
        StopScanner scanner = new StopScanner(List.of("</answer>"));
        assertEquals("Paris", scanner.accept("Paris</"));
        assertEquals("", scanner.accept("ans"));
        assertFalse(scanner.stopped());
        assertEquals("", scanner.accept("wer> and more"));
        assertTrue(scanner.stopped());
        assertEquals("", scanner.accept("even more"));
        assertEquals("", scanner.finish());
    }

    @Test
    void whatOnlyLookedLikeAStopTextIsGivenBack() {
        StopScanner scanner = new StopScanner(List.of("\n\nUser:"));
        assertEquals("One.", scanner.accept("One.\n\n"));
        assertEquals("\n\nTwo.", scanner.accept("Two."));
        assertEquals("", scanner.accept("\n\nUser"));
        assertEquals("\n\nUser", scanner.finish());
    }

    @Test
    void withoutStopTextsNothingIsHeldBack() {
        StopScanner scanner = new StopScanner(List.of(""));
        assertEquals("anything", scanner.accept("anything"));
        assertFalse(scanner.stopped());
    }

    @Test
    void theWayTheTextIsPartedDoesNotMatter() {
        for (int seed = 0; seed < 2000; seed++) {
            Random random = new Random(seed);
            List<String> stops = new ArrayList<>();
            for (int i = random.nextInt(3); i >= 0; i--) {
                stops.add(word(random, 1 + random.nextInt(4)));
            }
            String text = word(random, random.nextInt(30));
            assertEquals(expected(text, stops), streamed(text, stops, random), stops + " in " + text);
        }
    }

    /** Letter by letter: the first moment at which a stop text is complete, and of those the longest. */
    private static String expected(String text, List<String> stops) {
        for (int end = 1; end <= text.length(); end++) {
            String begin = text.substring(0, end);
            int longest = stops.stream()
                    .filter(begin::endsWith)
                    .mapToInt(String::length)
                    .max()
                    .orElse(0);
            if (longest > 0) {
                return text.substring(0, end - longest);
            }
        }
        return text;
    }

    private static String streamed(String text, List<String> stops, Random random) {
        StopScanner scanner = new StopScanner(stops);
        StringBuilder out = new StringBuilder();
        for (int at = 0; at < text.length(); ) {
            int length = Math.min(text.length() - at, 1 + random.nextInt(5));
            out.append(scanner.accept(text.substring(at, at + length)));
            at += length;
        }
        return out.append(scanner.finish()).toString();
    }

    private static String word(Random random, int length) {
        StringBuilder word = new StringBuilder();
        for (int i = 0; i < length; i++) {
            word.append((char) ('a' + random.nextInt(2)));
        }
        return word.toString();
    }
}
