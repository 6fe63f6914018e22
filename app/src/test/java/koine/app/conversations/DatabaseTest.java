package koine.app.conversations;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Random;
import koine.i18n.Problem;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class DatabaseTest {
    private static final String FIRST = "CREATE TABLE words (word TEXT NOT NULL); INSERT INTO words VALUES ('one');";
    private static final String SECOND =
            "ALTER TABLE words ADD COLUMN length INTEGER; UPDATE words SET length = length(word);";
    private static final String BROKEN = "INSERT INTO words VALUES ('half'); SELECT nonsense(;";

    @TempDir
    Path folder;

    private Path file() {
        return folder.resolve("koine.db");
    }

    @Test
    void a_fresh_file_gets_every_migration_and_an_old_one_those_it_lacks() throws Exception {
        try (Database old = new Database(file(), List.of(FIRST))) {
            assertEquals(1, number(old, "PRAGMA user_version"));
        }
        try (Database now = new Database(file(), List.of(FIRST, SECOND))) {
            assertEquals(2, number(now, "PRAGMA user_version"));
            assertEquals(3, number(now, "SELECT length FROM words"));
            assertEquals(1, number(now, "SELECT count(*) FROM words"));
        }
    }

    @Test
    void a_migration_that_fails_leaves_the_file_as_it_was() throws Exception {
        try (Database old = new Database(file(), List.of(FIRST))) {
            assertEquals(1, number(old, "PRAGMA user_version"));
        }
        try (Database broken = new Database(file(), List.of(FIRST, SECOND, BROKEN))) {
            assertEquals("KOINE-C107", problem(broken));
        }
        try (Database old = new Database(file(), List.of(FIRST))) {
            assertEquals(1, number(old, "PRAGMA user_version"));
            assertEquals(1, number(old, "SELECT count(*) FROM words"));
        }
    }

    @Test
    void is_safe_against_a_power_cut_and_waits_for_other_processes() throws Exception {
        try (Database database = new Database(file())) {
            assertEquals(2, number(database, "PRAGMA synchronous"), "2 is FULL");
            assertEquals(1, number(database, "PRAGMA foreign_keys"));
            assertEquals(10_000, number(database, "PRAGMA busy_timeout"));
            assertEquals("wal", database.read(c -> text(c, "PRAGMA journal_mode")));
        }
    }

    @Test
    void a_file_of_a_newer_version_is_left_alone() throws Exception {
        try (Database newer = new Database(file(), List.of(FIRST, SECOND))) {
            assertEquals(2, number(newer, "PRAGMA user_version"));
        }
        byte[] before = Files.readAllBytes(file());
        try (Database older = new Database(file(), List.of(FIRST))) {
            assertEquals("KOINE-C103", problem(older));
        }
        assertArrayEquals(before, Files.readAllBytes(file()));
    }

    @Test
    void a_file_that_is_no_database_is_left_alone() throws Exception {
        byte[] garbage = new byte[20_000];
        new Random(1).nextBytes(garbage);
        for (byte[] content : List.of(garbage, "my shopping list".getBytes(StandardCharsets.UTF_8))) {
            Files.write(file(), content);
            try (Database database = new Database(file())) {
                assertEquals("KOINE-C102", problem(database));
            }
            assertArrayEquals(content, Files.readAllBytes(file()));
        }
    }

    @Test
    void another_programs_database_is_left_alone() throws Exception {
        try (Connection c = DriverManager.getConnection("jdbc:sqlite:" + file());
                Statement statement = c.createStatement()) {
            statement.executeUpdate("CREATE TABLE bookmarks (url TEXT)");
        }
        byte[] before = Files.readAllBytes(file());
        try (Database database = new Database(file())) {
            assertEquals("KOINE-C102", problem(database));
        }
        assertArrayEquals(before, Files.readAllBytes(file()));
    }

    @Test
    void a_damaged_page_is_a_problem_and_not_an_empty_answer() throws Exception {
        try (Database database = new Database(file(), List.of(FIRST))) {
            database.write(c -> {
                for (int i = 0; i < 2_000; i++) {
                    execute(c, "INSERT INTO words VALUES ('word number " + i + "')");
                }
                return 0;
            });
        }
        byte[] content = Files.readAllBytes(file());
        for (int i = 4096; i < content.length; i++) {
            content[i] = 0x5a;
        }
        Files.write(file(), content);
        try (Database database = new Database(file(), List.of(FIRST))) {
            assertEquals("KOINE-C102", problem(database, "SELECT count(*) FROM words"));
        }
    }

    @Test
    void a_full_disk_is_a_problem_and_what_was_there_before_stays() throws Exception {
        // max_page_count makes SQLite report what a full disk makes it report
        try (Database database = new Database(file(), List.of(FIRST + "PRAGMA max_page_count = 8;"))) {
            assertEquals(1, number(database, "SELECT count(*) FROM words"));
            Problem problem = assertThrows(
                    Problem.class,
                    () -> database.write(c -> {
                        execute(c, "INSERT INTO words VALUES ('small')");
                        execute(c, "INSERT INTO words VALUES (zeroblob(1000000))");
                        return 0;
                    }));
            assertEquals("KOINE-C105", problem.code());
            assertEquals(1, number(database, "SELECT count(*) FROM words"));
            database.write(c -> {
                execute(c, "INSERT INTO words VALUES ('small')");
                return 0;
            });
            assertEquals(2, number(database, "SELECT count(*) FROM words"));
        }
    }

    @Test
    void a_file_where_the_folder_should_be_is_a_problem() throws Exception {
        Path inTheWay = Files.writeString(folder.resolve("profile"), "a file");
        try (Database database = new Database(inTheWay.resolve("koine.db"))) {
            assertEquals("KOINE-C104", problem(database));
        }
        assertEquals("a file", Files.readString(inTheWay));
    }

    @Test
    void a_folder_that_cannot_be_written_is_a_problem() throws Exception {
        Path locked = Files.createDirectory(folder.resolve("locked"));
        Assumptions.assumeTrue(
                locked.toFile().setWritable(false) && !Files.isWritable(locked),
                "this user may write everywhere (root), so a folder cannot be closed to it");
        try (Database database = new Database(locked.resolve("koine.db"))) {
            assertEquals("KOINE-C104", problem(database));
        } finally {
            assertFalse(!locked.toFile().setWritable(true));
        }
    }

    @Test
    void another_process_that_holds_the_file_is_waited_for() throws Exception {
        try (Database one = new Database(file(), List.of(FIRST));
                Database two = new Database(file(), List.of(FIRST))) {
            assertEquals(1, number(one, "SELECT count(*) FROM words"));
            Thread writer = Thread.ofPlatform().start(() -> {
                for (int i = 0; i < 50; i++) {
                    insert(one);
                }
            });
            for (int i = 0; i < 50; i++) {
                insert(two);
            }
            writer.join();
            assertEquals(101, number(two, "SELECT count(*) FROM words"));
        }
    }

    private static void insert(Database database) {
        try {
            database.write(c -> {
                execute(c, "INSERT INTO words VALUES ('more')");
                return 0;
            });
        } catch (Problem e) {
            throw new IllegalStateException(e);
        }
    }

    private static String problem(Database database) {
        return problem(database, "SELECT 1");
    }

    private static String problem(Database database, String sql) {
        return assertThrows(Problem.class, () -> number(database, sql)).code();
    }

    private static int number(Database database, String sql) throws Problem {
        return database.read(c -> {
            try (Statement statement = c.createStatement();
                    ResultSet row = statement.executeQuery(sql)) {
                return row.next() ? row.getInt(1) : -1;
            }
        });
    }

    private static String text(Connection c, String sql) throws SQLException {
        try (Statement statement = c.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            return row.next() ? row.getString(1) : "";
        }
    }

    private static void execute(Connection c, String sql) throws SQLException {
        try (Statement statement = c.createStatement()) {
            statement.executeUpdate(sql);
        }
    }
}
