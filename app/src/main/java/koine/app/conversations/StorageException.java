package koine.app.conversations;

import koine.i18n.Problem;

/** Reading or writing the profile failed; {@link #problem()} says it to a person. */
public final class StorageException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final Problem problem;

    public StorageException(Problem problem) {
        super(problem.code(), problem);
        this.problem = problem;
    }

    public Problem problem() {
        return problem;
    }
}
