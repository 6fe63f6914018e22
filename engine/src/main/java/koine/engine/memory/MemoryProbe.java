package koine.engine.memory;

import java.util.OptionalLong;

/** What the computer says of its memory. Any thread. */
public interface MemoryProbe {
    /** What programs can still take, in bytes. */
    long availableBytes();

    /** Bytes a process holds that are no copy of a file; empty when that cannot be known here. */
    OptionalLong ownBytes(long pid);
}
