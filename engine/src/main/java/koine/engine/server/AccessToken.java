package koine.engine.server;

import java.security.SecureRandom;
import java.util.Base64;

/** What requests to a server of Koine bear. */
public final class AccessToken {
    private static final int RANDOM_BYTES = 32;

    private AccessToken() {}

    /** A new one that nobody can guess: 43 letters, digits, dashes and underscores. */
    public static String random() {
        byte[] random = new byte[RANDOM_BYTES];
        new SecureRandom().nextBytes(random);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(random);
    }
}
