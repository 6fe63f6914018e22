package koine.i18n;

import static org.junit.jupiter.api.Assertions.fail;

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

    static void assertNone(List<Finding> findings) {
        if (!findings.isEmpty()) {
            fail(findings.stream()
                    .map(Finding::toString)
                    .collect(Collectors.joining("\n\n", findings.size() + " to fix\n\n", "\n")));
        }
    }
}
