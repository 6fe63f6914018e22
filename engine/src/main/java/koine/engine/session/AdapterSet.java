package koine.engine.session;

import java.util.List;
import koine.engine.llama.ScaledAdapter;

/**
 * The adapters one answer is computed with, in the order of their identities, so that equal sets are equal however they were
 * named. Close it when the answer is over.
 */
final class AdapterSet implements AutoCloseable {
    private final List<ScaledAdapter> adapters;
    private final String identity;
    private Runnable onClose;

    /** @param identity of contents and scales; "" for the base model alone */
    AdapterSet(List<ScaledAdapter> adapters, String identity, Runnable onClose) {
        this.adapters = List.copyOf(adapters);
        this.identity = identity;
        this.onClose = onClose;
    }

    static AdapterSet none() {
        return new AdapterSet(List.of(), "", () -> {});
    }

    List<ScaledAdapter> adapters() {
        return adapters;
    }

    /** Part of the name of whatever is kept of what was read with them. */
    String identity() {
        return identity;
    }

    /** Whether answers with the one and with the other can share a batch. */
    boolean isSameAs(AdapterSet other) {
        return adapters.equals(other.adapters);
    }

    @Override
    public void close() {
        Runnable once = onClose;
        onClose = () -> {};
        once.run();
    }
}
