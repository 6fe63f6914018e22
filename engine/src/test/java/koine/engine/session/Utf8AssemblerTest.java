package koine.engine.session;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class Utf8AssemblerTest {
    private static final String[] ALPHABET = {
        "a", "é", "ß", "م", "ي", "हि", "न्", "日", "ê", "€", "🌊", "👩‍🏫", "\u0000", "\uFFFD"
    };

    @Test
    void anySplitOfAnyTextGivesTheTextBack() {
        for (int seed = 0; seed < 200; seed++) {
            Random random = new Random(seed);
            StringBuilder text = new StringBuilder();
            for (int i = random.nextInt(40); i >= 0; i--) {
                text.append(ALPHABET[random.nextInt(ALPHABET.length)]);
            }
            byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
            assertEquals(text.toString(), assembled(bytes, random), "seed " + seed);
        }
    }

    @Test
    void anySplitOfAnyBytesGivesWhatTheWholeGivesExceptForACharacterCutAtTheEnd() {
        for (int seed = 0; seed < 2000; seed++) {
            Random random = new Random(seed);
            byte[] noise = new byte[random.nextInt(60)];
            random.nextBytes(noise);
            for (int i = 0; i < noise.length; i += 3) {
                noise[i] |= (byte) 0x80; // more of what matters
            }
            byte[] ended = Arrays.copyOf(noise, noise.length + 1);
            ended[noise.length] = '.';
            assertEquals(new String(ended, StandardCharsets.UTF_8), assembled(ended, random), "seed " + seed);
        }
    }

    @Test
    void bytesThatMayStillBecomeACharacterAreHeldBack() {
        Utf8Assembler assembler = new Utf8Assembler();
        byte[] wave = "🌊".getBytes(StandardCharsets.UTF_8);
        assertEquals("a", assembler.accept(new byte[] {'a', wave[0]}));
        assertEquals("", assembler.accept(new byte[] {wave[1], wave[2]}));
        assertEquals("🌊b", assembler.accept(new byte[] {wave[3], 'b'}));
    }

    @Test
    void bytesThatCannotBecomeACharacterAreReplacedAtOnce() {
        Utf8Assembler assembler = new Utf8Assembler();
        assertEquals("\uFFFD", assembler.accept(new byte[] {(byte) 0xFF}));
        assertEquals("", assembler.accept(new byte[] {(byte) 0xE6}));
        assertEquals("\uFFFDx", assembler.accept(new byte[] {'x'}));
    }

    private static String assembled(byte[] bytes, Random random) {
        Utf8Assembler assembler = new Utf8Assembler();
        StringBuilder text = new StringBuilder();
        for (int at = 0; at < bytes.length; ) {
            int length = Math.min(bytes.length - at, random.nextInt(5));
            text.append(assembler.accept(Arrays.copyOfRange(bytes, at, at + length)));
            at += length;
        }
        return text.toString();
    }
}
