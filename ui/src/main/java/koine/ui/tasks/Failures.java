package koine.ui.tasks;

import java.util.Map;
import koine.app.conversations.StorageException;
import koine.i18n.Problem;
import org.slf4j.Logger;

/** What to tell a person about work that failed. */
public final class Failures {
    private Failures() {}

    /** What is no problem of a person's is a fault of the program: it goes to {@code log}, with {@code what} failed. */
    public static Problem problem(Exception failure, Logger log, String what) {
        return switch (failure) {
            case Problem known -> known;
            case StorageException storage -> storage.problem();
            default -> {
                log.error(what, failure);
                yield new Problem("KOINE-A901", Map.of());
            }
        };
    }
}
