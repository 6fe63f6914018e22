package koine.i18n;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Checks that a file is UTF-8, in the normal form C (the same word is always the same bytes), and free of the invisible
 * characters that turn text around: in a source they can hide what the program does, in a bundle they do the work of
 * {@link Isolates} a second time.
 */
final class CleanText {
    private static final Pattern BIDI_CONTROLS =
            Pattern.compile("[\\u061c\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069]");

    private CleanText() {}

    static List<Finding> check(String name, byte[] content) {
        List<Finding> findings = new ArrayList<>();
        int number = 0;
        for (byte[] bytes : lines(content)) {
            number++;
            String where = name + ":" + number;
            String line;
            try {
                line = StandardCharsets.UTF_8
                        .newDecoder()
                        .decode(ByteBuffer.wrap(bytes))
                        .toString();
            } catch (CharacterCodingException e) {
                String guess = new String(bytes, StandardCharsets.ISO_8859_1);
                findings.add(new Finding(where, "is not UTF-8", "save the file as UTF-8; the line may be:\n" + guess));
                continue;
            }
            Matcher control = BIDI_CONTROLS.matcher(line);
            if (control.find()) {
                String code = "U+"
                        + HexFormat.of()
                                .withUpperCase()
                                .toHexDigits(control.group().charAt(0));
                String fix = "paste over it the line without (a source that needs one writes it as an escape):\n";
                findings.add(
                        new Finding(where, "holds the bidi control character " + code, fix + control.replaceAll("")));
            }
            if (!Normalizer.isNormalized(line, Normalizer.Form.NFC)) {
                findings.add(new Finding(
                        where,
                        "is not in the normal form C",
                        "paste over it:\n" + Normalizer.normalize(line, Normalizer.Form.NFC)));
            }
        }
        return findings;
    }

    private static List<byte[]> lines(byte[] content) {
        List<byte[]> lines = new ArrayList<>();
        int start = 0;
        for (int i = 0; i <= content.length; i++) {
            if (i == content.length || content[i] == '\n') {
                lines.add(Arrays.copyOfRange(content, start, i));
                start = i + 1;
            }
        }
        return lines;
    }
}
