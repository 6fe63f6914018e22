package koine.engine.llama;

import java.util.List;
import java.util.Locale;
import koine.engine.llama.ModelLoadException.Reason;

/** llama.cpp says why a load failed in words only. */
final class LoadFailures {
    private static final List<String> UNSUPPORTED = List.of(
            "unknown model architecture",
            "unknown pre-tokenizer",
            "unknown tokenizer",
            "unsupported model",
            "unsupported architecture");
    private static final List<String> OUT_OF_MEMORY =
            List.of("unable to allocate", "failed to allocate", "out of memory", "bad_alloc", "cannot allocate");

    private LoadFailures() {}

    static Reason reason(List<String> errors) {
        String all = String.join("\n", errors).toLowerCase(Locale.ROOT);
        if (UNSUPPORTED.stream().anyMatch(all::contains)) {
            return Reason.UNSUPPORTED;
        }
        if (OUT_OF_MEMORY.stream().anyMatch(all::contains)) {
            return Reason.OUT_OF_MEMORY;
        }
        return Reason.DAMAGED;
    }
}
