package koine.app.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TableTest {
    @ParameterizedTest
    @CsvSource({"abc, 3", "日本, 4", "مرحبا, 5", "e\u0301, 1", "हिन्दी, 5", "👩‍🚀, 2", "ｱ, 1", "'', 0"})
    void width_is_counted_in_the_cells_of_a_terminal(String text, int width) {
        assertEquals(width, Table.width(text));
    }

    @Test
    void columns_line_up_and_lines_end_without_spaces() {
        assertEquals(
                "日本  x\nab    y\n", new Table().row("日本", "x").row("ab", "y").toString());
        assertEquals("a\n", new Table().row("a", "").toString());
    }

    @Test
    void a_cell_is_one_line_and_commands_nothing() {
        assertEquals("a b[2J\n", new Table().row("a\nb\u001b[2J").toString());
    }

    @Test
    void arguments_that_java_could_not_decode_are_read_as_typed() {
        String[] lost = {"ask", "\ufffd\ufffd\ufffd"};
        assertArrayEquals(
                new String[] {"ask", "क्या?"},
                Arguments.last(List.of("java", "-cp", "x", "koine.Main", "ask", "क्या?", ""), lost));
        assertArrayEquals(lost, Arguments.last(List.of("java", "other", "क्या?", ""), lost));
        assertArrayEquals(lost, Arguments.last(List.of("ask", ""), lost));
    }
}
