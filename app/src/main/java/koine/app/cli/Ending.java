package koine.app.cli;

import koine.app.Logging;
import koine.engine.llama.ffm.ProcessEnd;

/**
 * Ends the program. At its end Java waits up to a third of a second for threads that are inside the system, and the one that
 * waits for a child is: after a short question that started an engine, which stays for the next one, the person would wait
 * for nothing.
 */
final class Ending {
    private Ending() {}

    /** Does not return. */
    static void end(int exitCode) {
        if (leavesAChild()) {
            System.out.flush();
            System.err.flush();
            Logging.close();
            ProcessEnd end = ProcessEnd.prepared();
            // a record of this run, to start the next ones quicker, is written at Java's own end only
            if (System.getProperty("koine.engine.cache.record") == null) {
                end.end(exitCode);
            }
        }
        System.exit(exitCode);
    }

    private static boolean leavesAChild() {
        return ProcessHandle.current().children().findAny().isPresent();
    }
}
