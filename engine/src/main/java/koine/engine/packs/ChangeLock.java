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
    private final ReentrantLock threads;
    private final FileChannel channel;

    private ChangeLock(ReentrantLock threads, FileChannel channel) {
        this.threads = threads;
        this.channel = channel;
    }

    /**
     * Waits for whoever has it.
     *
     * @param threads between the threads of this program: a file's lock is between programs only
     */
    static ChangeLock take(ReentrantLock threads, Path file) throws IOException {
        threads.lock();
        try {
            FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            try {
                channel.lock();
                return new ChangeLock(threads, channel);
            } catch (IOException | RuntimeException e) {
                channel.close();
                throw e;
            }
        } catch (IOException | RuntimeException e) {
            threads.unlock();
            throw e;
        }
    }

    @Override
    public void close() throws IOException {
        try {
            channel.close();
        } finally {
            threads.unlock();
        }
    }
}
