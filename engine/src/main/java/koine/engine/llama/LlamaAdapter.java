package koine.engine.llama;

import koine.engine.llama.ffm.AdapterLibrary;

/**
 * A LoRA adapter beside its base model: small changes to some of its tensors, computed along with them. Close it when no
 * context uses it any more, and before the model; what is left open is freed with the model. Any thread, one at a time.
 */
public final class LlamaAdapter implements AutoCloseable {
    private final AdapterLibrary library;
    private final Handle handle;

    LlamaAdapter(AdapterLibrary library, long address) {
        this.library = library;
        this.handle = new Handle("llama_adapter_lora", address);
    }

    long address() {
        return handle.get();
    }

    @Override
    public void close() {
        long address = handle.close();
        if (address != 0) {
            library.free(address);
        }
    }
}
