package koine.i18n;

import java.util.List;
import java.util.stream.Collectors;

/**
 * Something wrong with a text.
 *
 * @param where file and, where known, line
 * @param fix what to do, with the very lines to paste
 */
record Finding(String where, String what, String fix) {
    @Override
    public String toString() {
        return where + ": " + what + "\n" + fix.strip().indent(4).stripTrailing();
    }

    /** For the message of a failing test. */
    static String report(List<Finding> findings) {
        return findings.isEmpty()
                ? ""
                : findings.stream()
                        .map(Finding::toString)
                        .collect(Collectors.joining("\n\n", findings.size() + " to fix\n\n", "\n"));
    }
}
