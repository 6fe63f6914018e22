package koine.models;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** Finds what a person may have meant. */
final class Nearest {
    private Nearest() {}

    /** The candidates that are most like the typed text, the nearest first. */
    static List<String> of(String typed, List<String> candidates, int most) {
        String wanted = typed.toLowerCase(Locale.ROOT);
        return candidates.stream()
                .sorted(Comparator.comparingInt(
                                (String candidate) -> distance(wanted, candidate.toLowerCase(Locale.ROOT)))
                        .thenComparing(Comparator.naturalOrder()))
                .limit(most)
                .toList();
    }

    /** Edits from one to the other; fewer when one contains the other. */
    private static int distance(String a, String b) {
        if (!a.isEmpty() && (a.contains(b) || b.contains(a))) {
            return 0;
        }
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[b.length()];
    }
}
