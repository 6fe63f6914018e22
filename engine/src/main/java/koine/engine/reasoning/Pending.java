package koine.engine.reasoning;

import java.util.Collection;
import org.jspecify.annotations.Nullable;

/** Text of which it is not yet known what it is. */
final class Pending {
    /** @param marker null: none is in the text; then {@code at} is how much of it cannot be the begin of one */
    record Found(@Nullable String marker, int at) {}

    private final StringBuilder text = new StringBuilder();

    void add(String more) {
        text.append(more);
    }

    boolean isEmpty() {
        return text.isEmpty();
    }

    int length() {
        return text.length();
    }

    String take(int length) {
        String taken = text.substring(0, length);
        text.delete(0, length);
        return taken;
    }

    String peek() {
        return text.toString();
    }

    void dropSpace() {
        text.delete(0, TrimmedText.indexOfText(text));
    }

    /** The marker that the text begins with, or null. */
    @Nullable
    String startsWith(Collection<String> markers) {
        for (String marker : markers) {
            if (text.length() >= marker.length() && text.indexOf(marker) == 0) {
                return marker;
            }
        }
        return null;
    }

    /** Whether the text is the begin of a marker, or may be of one. */
    boolean mayBecome(Collection<String> markers) {
        String so = text.toString();
        return markers.stream().anyMatch(marker -> marker.startsWith(so));
    }

    Found first(Collection<String> markers) {
        String best = null;
        int at = -1;
        for (String marker : markers) {
            int found = text.indexOf(marker);
            if (found >= 0 && (at < 0 || found < at)) {
                best = marker;
                at = found;
            }
        }
        if (best != null) {
            return new Found(best, at);
        }
        int sure = text.length();
        for (String marker : markers) {
            for (int kept = Math.min(marker.length() - 1, text.length()); kept > 0; kept--) {
                if (text.indexOf(marker.substring(0, kept), text.length() - kept) >= 0) {
                    sure = Math.min(sure, text.length() - kept);
                    break;
                }
            }
        }
        return new Found(null, sure);
    }
}
