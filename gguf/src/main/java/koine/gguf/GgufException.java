package koine.gguf;

import java.io.IOException;

/** The file is no GGUF that Koine reads: foreign, truncated, damaged or hostile. Its text names no path. */
public final class GgufException extends IOException {
    private static final long serialVersionUID = 1L;
    private final long offset;
    private final String reason;

    GgufException(long offset, String reason) {
        super(reason + " (at byte " + offset + ")");
        this.offset = offset;
        this.reason = reason;
    }

    /** Where in the file the trouble was met, in bytes from its start. */
    public long offset() {
        return offset;
    }

    /** What is wrong, in English, for logs and tools. */
    public String reason() {
        return reason;
    }
}
