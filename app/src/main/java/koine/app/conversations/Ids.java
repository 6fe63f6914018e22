package koine.app.conversations;

import java.security.SecureRandom;
import java.util.UUID;

/** Ids that sort by the time of their making: UUID version 7 (RFC 9562, with a counter as in its section 6.2). Any thread. */
final class Ids {
    private final SecureRandom random = new SecureRandom();
    private long last; // milliseconds and 12 bits of counter

    synchronized String next() {
        long now = (System.currentTimeMillis() << 12) | random.nextInt(1 << 8);
        last = Math.max(now, last + 1);
        long high = ((last >>> 12) << 16) | 0x7000 | (last & 0xfff);
        long low = (random.nextLong() >>> 2) | 0x8000_0000_0000_0000L;
        return new UUID(high, low).toString();
    }
}
