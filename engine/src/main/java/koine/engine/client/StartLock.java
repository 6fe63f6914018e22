package koine.engine.client;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import koine.engine.files.PrivateFiles;
import org.jspecify.annotations.Nullable;

/**
 * Held while an engine is started, so that those who come at the same moment wait for it instead of starting their own.
 * The system frees it when its holder dies. The file stays: deleting it would let two hold "the" lock.
 */
final class StartLock implements AutoCloseable {
    private static final long POLL_MILLIS = 20;

    private final FileChannel channel;
    private final FileLock lock;

    private StartLock(FileChannel channel, FileLock lock) {
        this.channel = channel;
        this.lock = lock;
    }

    static StartLock take(Path file) throws IOException, InterruptedException {
        FileChannel channel = FileChannel.open(
                file, Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE), PrivateFiles.ofFile(file));
        try {
            FileLock lock = tryLock(channel);
            while (lock == null) {
                TimeUnit.MILLISECONDS.sleep(POLL_MILLIS); // a blocking lock could not be interrupted everywhere
                lock = tryLock(channel);
            }
            return new StartLock(channel, lock);
        } catch (IOException | InterruptedException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null; // another thread of this process has it
        }
    }

    boolean isHeld() {
        return lock.isValid();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
