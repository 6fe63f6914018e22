package koine.engine.packs;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Held while packs come or go: by one thread of one program at a time. The system frees it when its holder dies. The file
 * stays: deleting it would let two hold "the" lock.
 */
final class ChangeLock implements AutoCloseable {
    /** A file's lock is between programs only. */
    private static final ReentrantLock THREADS = new ReentrantLock();

    private final FileChannel channel;

    private ChangeLock(FileChannel channel) {
        this.channel = channel;
    }

    /** Waits for whoever has it. */
    static ChangeLock take(Path file) throws IOException {
        THREADS.lock();
        try {
            FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            try {
                channel.lock();
                return new ChangeLock(channel);
            } catch (IOException | RuntimeException e) {
                channel.close();
                throw e;
            }
        } catch (IOException | RuntimeException e) {
            THREADS.unlock();
            throw e;
        }
    }

    @Override
    public void close() throws IOException {
        try {
            channel.close();
        } finally {
            THREADS.unlock();
        }
    }
}
