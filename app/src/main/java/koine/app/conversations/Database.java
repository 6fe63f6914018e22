package koine.app.conversations;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import koine.engine.files.PrivateFiles;
import koine.i18n.Problem;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteConfig;

/**
 * One SQLite file, opened at first use and used by one named platform thread: SQLite's native calls would pin virtual
 * threads. Callers wait, from any thread.
 *
 * <p>There is one connection and it syncs every commit ({@code synchronous=FULL}). Answers are appended about twice a
 * second while they stream, so a second, less careful connection for them would save little and could reorder what is
 * on disk.
 */
final class Database implements AutoCloseable {
    /** "Koin" in ASCII: tells our files from other programs'. */
    private static final int APPLICATION_ID = 0x4b6f696e;

    private static final List<String> SCRIPTS = List.of(
            "001-conversations.sql", "002-thoughts-and-context.sql", "003-layers.sql", "004-layers-of-answers.sql");
    private static final Duration BUSY_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration LOG_TIMEOUT = Duration.ofSeconds(1);
    private static final Logger LOG = LoggerFactory.getLogger(Database.class);

    private final @Nullable Path file;
    private final List<String> migrations;
    private final ScheduledExecutorService thread;
    private @Nullable Connection connection; // the thread's own

    /** @param file null keeps everything in memory */
    Database(@Nullable Path file) {
        this(file, SCRIPTS.stream().map(Database::script).toList());
    }

    /** @param migrations SQL that brings the file from version i to i + 1 */
    Database(@Nullable Path file, List<String> migrations) {
        this.file = file == null ? null : file.toAbsolutePath();
        this.migrations = List.copyOf(migrations);
        this.thread = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().name("koine-conversations").daemon().factory());
    }

    @FunctionalInterface
    interface Work<T extends @Nullable Object> {
        T on(Connection connection) throws SQLException, Problem;
    }

    /** Runs reads. */
    <T extends @Nullable Object> T read(Work<T> work) throws Problem {
        return await(thread.submit(() -> guarded(work)));
    }

    /** Runs work in one immediate transaction: all of it is on the disk when this returns, or none. */
    <T extends @Nullable Object> T write(Work<T> work) throws Problem {
        return await(thread.submit(() -> guarded(c -> transaction(c, "BEGIN IMMEDIATE", work))));
    }

    /** Runs something on the database's thread after a delay; dropped when the database is closed before. */
    void later(Duration delay, Runnable task) {
        try {
            Future<?> _ = thread.schedule(task, delay.toMillis(), TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException closed) {
            return; // what was unsaved is saved by its owner's last write, or there is no owner
        }
    }

    /** As {@link #write}, for tasks that already are on the database's thread. */
    <T extends @Nullable Object> T writeHere(Work<T> work) throws Problem {
        return guarded(c -> transaction(c, "BEGIN IMMEDIATE", work));
    }

    /** Waits for what is being written; texts not yet due are dropped, their owners have ended before. */
    @Override
    public void close() {
        try {
            await(thread.submit(this::disconnect));
        } catch (Problem e) {
            throw new IllegalStateException(e); // closing tells of none
        } catch (RejectedExecutionException alreadyClosed) {
            return;
        }
        thread.shutdownNow();
    }

    private boolean disconnect() {
        Connection open = connection;
        connection = null;
        if (open != null) {
            closeQuietly(open);
        }
        return open != null;
    }

    private <T extends @Nullable Object> T guarded(Work<T> work) throws Problem {
        try {
            Connection open = connection;
            if (open == null) {
                open = open();
                connection = open;
            }
            return work.on(open);
        } catch (SQLException e) {
            throw StorageProblems.of(e, file == null ? Path.of("") : file);
        }
    }

    private static <T extends @Nullable Object> T transaction(Connection c, String begin, Work<T> work)
            throws SQLException, Problem {
        execute(c, begin);
        boolean committed = false;
        try {
            T result = work.on(c);
            execute(c, "COMMIT");
            committed = true;
            return result;
        } finally {
            if (!committed) {
                rollback(c);
            }
        }
    }

    private static void rollback(Connection c) {
        try {
            execute(c, "ROLLBACK");
        } catch (SQLException alreadyRolledBack) {
            return; // a full disk or an I/O error ends the transaction by itself
        }
    }

    private Connection open() throws SQLException, Problem {
        SQLiteConfig config = new SQLiteConfig();
        config.enforceForeignKeys(true);
        config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
        config.setBusyTimeout((int) BUSY_TIMEOUT.toMillis());
        config.setTempStore(SQLiteConfig.TempStore.MEMORY);
        if (file != null) {
            create(file);
        }
        Connection c = config.createConnection("jdbc:sqlite:" + (file == null ? ":memory:" : file));
        boolean opened = false;
        try {
            // Nothing is written before the file is known to be ours, and of a version we understand.
            check(c);
            useWriteAheadLog(c);
            execute(c, "PRAGMA secure_delete = ON");
            if (version(c) < migrations.size()) {
                transaction(c, "BEGIN EXCLUSIVE", this::migrate);
            }
            opened = true;
            return c;
        } finally {
            if (!opened) {
                closeQuietly(c);
            }
        }
    }

    /** Creates an empty file that only its owner can read; SQLite gives its companion files the same rights. */
    private static void create(Path file) throws Problem {
        try {
            Path folder = file.getParent();
            if (folder != null) {
                PrivateFiles.createFolders(folder);
            }
            if (Files.exists(file)) {
                return;
            }
            Files.createFile(file, PrivateFiles.ofFile(file));
        } catch (FileAlreadyExistsException e) {
            if (!Files.isRegularFile(file)) {
                throw StorageProblems.of(e, file);
            }
        } catch (IOException e) {
            throw StorageProblems.of(e, file);
        }
    }

    private void check(Connection c) throws SQLException, Problem {
        int id = number(c, "PRAGMA application_id");
        boolean empty = number(c, "SELECT count(*) FROM sqlite_schema") == 0;
        if (id != APPLICATION_ID && !(empty && id == 0)) {
            throw StorageProblems.foreignFile(file == null ? Path.of("") : file);
        }
        if (version(c) > migrations.size()) {
            throw StorageProblems.newerVersion();
        }
    }

    /** Changing the journal needs the file for itself, and SQLite does not wait for that by its busy timeout. */
    private static void useWriteAheadLog(Connection c) throws SQLException {
        long deadline = System.nanoTime() + BUSY_TIMEOUT.toNanos();
        while (true) {
            try {
                String mode = text(c, "PRAGMA journal_mode = WAL");
                if (!mode.equals("wal") && !mode.equals("memory")) {
                    // As safe, but a reader can hold up a writer: SQLite answers so where memory cannot be shared.
                    LOG.warn("the file system has no write-ahead log; the journal is {}", mode);
                }
                return;
            } catch (SQLException e) {
                if (!StorageProblems.isBusy(e) || System.nanoTime() > deadline) {
                    throw e;
                }
            }
            try {
                Thread.sleep(20);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private boolean migrate(Connection c) throws SQLException, Problem {
        check(c); // again: another process may have been here since
        for (int version = version(c); version < migrations.size(); version++) {
            execute(c, migrations.get(version));
            execute(c, "PRAGMA user_version = " + (version + 1));
        }
        execute(c, "PRAGMA application_id = " + APPLICATION_ID);
        return true;
    }

    private static int version(Connection c) throws SQLException {
        return number(c, "PRAGMA user_version");
    }

    private static int number(Connection c, String sql) throws SQLException {
        try (Statement statement = c.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            return row.next() ? row.getInt(1) : 0;
        }
    }

    private static String text(Connection c, String sql) throws SQLException {
        try (Statement statement = c.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            return row.next() ? row.getString(1) : "";
        }
    }

    /**
     * Empties the write-ahead log, where deleted words stay otherwise.
     *
     * @return false when another process is reading from it
     */
    static boolean emptyLog(Connection c) throws SQLException {
        execute(c, "PRAGMA busy_timeout = " + LOG_TIMEOUT.toMillis());
        try {
            return number(c, "PRAGMA wal_checkpoint(TRUNCATE)") == 0; // the first column says "busy"
        } finally {
            execute(c, "PRAGMA busy_timeout = " + BUSY_TIMEOUT.toMillis());
        }
    }

    private static void execute(Connection c, String sql) throws SQLException {
        try (Statement statement = c.createStatement()) {
            statement.executeUpdate(sql);
        }
    }

    private static void closeQuietly(Connection c) {
        try {
            c.close();
        } catch (SQLException e) {
            return; // every commit is on disk already
        }
    }

    private static String script(String name) {
        try (InputStream in = Database.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("missing resource " + name);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits even when interrupted: a transaction that has begun ends, and its caller must know how. */
    private static <T extends @Nullable Object> T await(Future<T> future) throws Problem {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return future.get();
                } catch (InterruptedException e) {
                    interrupted = true;
                } catch (ExecutionException e) {
                    Throwable cause = e.getCause();
                    if (cause instanceof Problem problem) {
                        throw problem;
                    }
                    if (cause instanceof RuntimeException bug) {
                        throw bug;
                    }
                    throw new IllegalStateException(e);
                } catch (CancellationException e) {
                    throw new RejectedExecutionException("the conversations are closed", e);
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
