package koine.i18n;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Something went wrong that a person is told about: a short stable code and what the sentence needs. The sentence
 * itself is the message {@code problem.CODE} of each language; what goes to the log is the cause.
 *
 * <p>Codes are {@code KOINE-} and a letter (M models, E engine, C conversations, A app and command line) and three digits. A code is never
 * reused for something else. Modules subclass this where a caller treats one kind differently.
 */
public class Problem extends Exception {
    private static final long serialVersionUID = 1L;
    private final String code;
    private final transient Map<String, Object> arguments;

    /**
     * @param code for example {@code KOINE-M104}
     * @param arguments named arguments of the message; text, numbers or dates
     */
    public Problem(String code, Map<String, Object> arguments, @Nullable Throwable cause) {
        super(code, cause);
        this.code = code;
        this.arguments = Map.copyOf(arguments);
    }

    public Problem(String code, Map<String, Object> arguments) {
        this(code, arguments, null);
    }

    public final String code() {
        return code;
    }

    public final Map<String, Object> arguments() {
        return arguments;
    }
}
