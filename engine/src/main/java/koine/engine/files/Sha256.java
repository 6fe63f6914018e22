package koine.engine.files;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256, which every Java has. */
public final class Sha256 {
    private Sha256() {}

    public static MessageDigest fresh() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** @param digits how many of the 64 hexadecimal digits */
    public static String of(String text, int digits) {
        return HexFormat.of()
                .formatHex(fresh().digest(text.getBytes(StandardCharsets.UTF_8)))
                .substring(0, digits);
    }
}
