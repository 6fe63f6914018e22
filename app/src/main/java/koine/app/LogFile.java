package koine.app;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.temporal.ChronoUnit;
import java.util.Set;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.SimpleFormatter;
import koine.engine.files.PrivateFiles;

/**
 * A log file that several processes append whole lines to. The JDK's own file handler numbers its files when two
 * processes log, and leaves lock files after a kill.
 *
 * <p>Of exceptions it keeps the kind and the place, not the message: messages of libraries hold paths and texts.
 */
final class LogFile extends Handler {
    private static final long MOST_BYTES = 512 * 1024;
    private final Path file;
    private final SimpleFormatter formatter = new SimpleFormatter();

    LogFile(Path file) {
        this.file = file;
    }

    @Override
    public synchronized void publish(LogRecord entry) {
        if (!isLoggable(entry)) {
            return;
        }
        byte[] text = line(entry).getBytes(StandardCharsets.UTF_8);
        try {
            Path folder = file.getParent();
            if (folder != null) {
                PrivateFiles.createFolders(folder);
            }
            if (Files.exists(file) && Files.size(file) > MOST_BYTES) {
                Files.move(file, file.resolveSibling("koine.1.log"), StandardCopyOption.REPLACE_EXISTING);
            }
            try (OutputStream out = Channels.newOutputStream(Files.newByteChannel(
                    file, Set.of(StandardOpenOption.CREATE, StandardOpenOption.APPEND), PrivateFiles.ofFile(file)))) {
                out.write(text);
            }
        } catch (IOException e) {
            return; // a log that cannot be written must not stop the program
        }
    }

    private String line(LogRecord entry) {
        StringBuilder line = new StringBuilder();
        line.append(entry.getInstant().truncatedTo(ChronoUnit.MILLIS))
                .append(' ')
                .append(ProcessHandle.current().pid())
                .append(' ')
                .append(entry.getLevel().getName())
                .append(' ')
                .append(entry.getLoggerName())
                .append(": ")
                .append(formatter.formatMessage(entry))
                .append('\n');
        for (Throwable cause = entry.getThrown(); cause != null; cause = cause.getCause()) {
            line.append("  ").append(cause.getClass().getName());
            if (cause instanceof java.sql.SQLException sql) {
                line.append(" code ").append(sql.getErrorCode());
            }
            line.append('\n');
            for (StackTraceElement frame : cause.getStackTrace()) {
                line.append("    at ").append(frame).append('\n');
            }
        }
        return line.toString();
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
}
