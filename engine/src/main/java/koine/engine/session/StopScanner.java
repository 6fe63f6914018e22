package koine.engine.session;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Watches for texts that end the answer and are not part of it, wherever tokens part them: what may be the beginning of
 * one is held back. The one that is complete first ends the answer, so the way the text was parted does not matter.
 */
public final class StopScanner {
    private final List<String> stops;
    private String held = "";
    private @Nullable String found;

    public StopScanner(List<String> stops) {
        this.stops = stops.stream().filter(stop -> !stop.isEmpty()).toList();
    }

    /** The text that is surely part of the answer now. */
    public String accept(String text) {
        if (found != null) {
            return "";
        }
        String all = held + text;
        int begin = -1;
        int end = Integer.MAX_VALUE;
        for (String stop : stops) {
            int at = all.indexOf(stop);
            if (at >= 0 && (at + stop.length() < end || (at + stop.length() == end && at < begin))) {
                begin = at;
                end = at + stop.length();
            }
        }
        if (begin >= 0) {
            found = all.substring(begin, end);
            held = "";
            return all.substring(0, begin);
        }
        int sure = all.length();
        for (String stop : stops) {
            for (int length = Math.min(stop.length() - 1, all.length()); all.length() - length < sure; length--) {
                if (stop.startsWith(all.substring(all.length() - length))) {
                    sure = all.length() - length;
                }
            }
        }
        held = all.substring(sure);
        return all.substring(0, sure);
    }

    public boolean stopped() {
        return found != null;
    }

    /** The text that ended the answer, null when none did. */
    public @Nullable String found() {
        return found;
    }

    /** The answer ended in another way: what was held back was part of it. */
    public String finish() {
        String rest = held;
        held = "";
        return rest;
    }
}
