package koine.engine.llama;

/** An address that is given out only while its object is open. The owner synchronizes. */
final class Handle {
    private final String name;
    private volatile long address;

    /** @throws LlamaException when C returned NULL */
    Handle(String name, long address) {
        if (address == 0) {
            throw new LlamaException(name + " is NULL");
        }
        this.name = name;
        this.address = address;
    }

    /** @throws IllegalStateException when closed */
    long get() {
        if (address == 0) {
            throw new IllegalStateException(name + " is closed");
        }
        return address;
    }

    /** @return the address to free, 0 when that was done before */
    long close() {
        long open = address;
        address = 0;
        return open;
    }
}
