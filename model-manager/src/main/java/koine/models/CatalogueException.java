package koine.models;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A catalogue that is not as Koine expects it, with the place in it. */
public final class CatalogueException extends IOException {
    private static final long serialVersionUID = 1L;

    CatalogueException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
