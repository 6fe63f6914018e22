package koine.models;

import java.io.IOException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A file that cannot be run as a model. */
final class NotAModelException extends IOException {
    private static final long serialVersionUID = 1L;
    private final Reason reason;

    enum Reason {
        /** Damaged, cut short or of another kind. */
        UNREADABLE,
        /** The operating system does not let us read it. */
        DENIED,
        /** One of the later files of a split model. */
        PART,
        /** The first file of a split model whose others are not beside it. */
        INCOMPLETE,
        /** A LoRA adapter: a layer on a model. */
        ADAPTER,
        /** A projector or a vocabulary: belongs to a model but is none. */
        ACCESSORY;

        /** The keyword in the message of KOINE-M102. */
        String keyword() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    NotAModelException(Reason reason, String detail, @Nullable Throwable cause) {
        super(detail, cause);
        this.reason = reason;
    }

    Reason reason() {
        return reason;
    }
}
