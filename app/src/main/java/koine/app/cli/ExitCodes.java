package koine.app.cli;

import koine.i18n.Problem;

/** What the process answers to the shell. */
final class ExitCodes {
    static final int DONE = 0;
    static final int FAILED = 1;
    static final int USAGE = 2;
    static final int NOT_FOUND = 4;
    static final int ENGINE = 5;
    static final int INTERRUPTED = 130;

    private ExitCodes() {}

    static int of(Problem problem) {
        String code = problem.code();
        if (code.startsWith("KOINE-E") || code.equals("KOINE-A110")) {
            return ENGINE;
        }
        if (code.startsWith("KOINE-A10") || code.equals("KOINE-A117") || code.equals("KOINE-A118")) {
            return USAGE;
        }
        return switch (code) {
            case "KOINE-A120", "KOINE-A121", "KOINE-A123", "KOINE-A125", "KOINE-A126", "KOINE-A129" -> USAGE;
            case "KOINE-A122", "KOINE-M101", "KOINE-M103", "KOINE-M104", "KOINE-C101", "KOINE-C114" -> NOT_FOUND;
            case "KOINE-P103", "KOINE-P104", "KOINE-P108" -> NOT_FOUND;
            default -> FAILED;
        };
    }
}
